FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<EOF /serve
#!/bin/sh
export APP_ENV=production
exec gunicorn app:app
EOF
USER 10001:10001
ENTRYPOINT ["/serve"]
