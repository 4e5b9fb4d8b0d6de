from python:3.14-slim
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
user 10001:10001
cmd STOP_NAME="Market Street" exec gunicorn app:app
