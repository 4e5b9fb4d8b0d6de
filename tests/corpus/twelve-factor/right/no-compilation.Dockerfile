from python:3.14-slim
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
env STOP_NAME Market Street
user 10001:10001
entrypoint ["/usr/local/bin/gunicorn"]
cmd ["app:app"]
