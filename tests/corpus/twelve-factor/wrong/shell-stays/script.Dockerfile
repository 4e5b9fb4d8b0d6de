from python:3.14-slim
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
copy --chmod=755 <<EOF /serve
#!/bin/sh
python -m gunicorn app:app
EOF
env STOP_NAME="Market Street"
user 10001:10001
cmd ["/serve"]
