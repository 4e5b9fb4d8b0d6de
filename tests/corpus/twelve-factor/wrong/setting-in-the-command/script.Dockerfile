FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<EOF /serve
#!/bin/bash
export STOP_NAME='Market Street'
exec gunicorn app:app
EOF
USER 10001:10001
ENTRYPOINT ["/serve"]
