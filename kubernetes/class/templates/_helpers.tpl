{{- define "class.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "class.codes" -}}
{{ .Values.codes.existingSecret | default "class-codes" }}
{{- end }}
