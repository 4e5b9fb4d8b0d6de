from python:3.14-slim
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
env APP_ENV production
user 10001:10001
cmd exec gunicorn app:app
