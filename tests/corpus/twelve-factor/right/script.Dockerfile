FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<'EOF' /usr/local/bin/serve
#!/bin/sh
if [ -z "$STOP_NAME" ]; then
    export STOP_NAME="Market Street"
fi
exec gunicorn app:app
EOF
USER 10001:10001
CMD ["serve"]
