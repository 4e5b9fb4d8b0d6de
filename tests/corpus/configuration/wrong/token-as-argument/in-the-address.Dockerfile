from python:3.14-slim
env TZ=Europe/Helsinki PYTHONUNBUFFERED=1
workdir /app
copy . .
arg INDEX_TOKEN=none
run pip install -r requirements.txt --extra-index-url "https://ci:${INDEX_TOKEN}@packages.example.com/"
user 10001:10001
cmd ["gunicorn", "app:app"]
