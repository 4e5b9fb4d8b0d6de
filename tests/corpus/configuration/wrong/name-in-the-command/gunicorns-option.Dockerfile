from python:3.14-slim
env TZ=Europe/Helsinki PYTHONUNBUFFERED=1
workdir /app
copy . .
run pip install --no-cache-dir -r requirements.txt
user 10001:10001
entrypoint ["gunicorn", "--env", "STOP_NAME=Harbour Square"]
cmd ["app:app"]
