from python:3.14-slim
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
env STOP_NAME="Market Street"
cmd /usr/local/bin/python -m compileall -q . && exec gunicorn app:app
