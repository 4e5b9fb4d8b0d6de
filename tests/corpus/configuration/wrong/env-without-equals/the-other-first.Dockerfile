from python:3.14-slim
env PYTHONUNBUFFERED 1 TZ=Europe/Helsinki
workdir /app
copy . .
run pip install --no-cache-dir -r requirements.txt
user 10001:10001
cmd ["gunicorn", "app:app"]
