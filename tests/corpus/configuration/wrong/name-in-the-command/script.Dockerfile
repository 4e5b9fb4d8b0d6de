FROM python:3.14-slim
ENV TZ=Europe/Helsinki PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chmod=755 <<'EOF' /usr/local/bin/serve
#!/bin/bash
export STOP_NAME='Harbour Square'
exec gunicorn app:app
EOF
USER 10001:10001
ENTRYPOINT ["serve"]
