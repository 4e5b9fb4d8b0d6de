from python:3.14-slim
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
arg STOP_NAME="Market Street"
user 10001:10001
cmd exec gunicorn app:app
