from python:3.14-slim
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
env APP_ENV=production
user 10001:10001
cmd exec python -m flask --app app run --host 0.0.0.0 --port 8000
