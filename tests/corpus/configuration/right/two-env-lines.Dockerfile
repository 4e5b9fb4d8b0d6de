from python:3.14-slim
env TZ Europe/Helsinki
env PYTHONUNBUFFERED 1
workdir /app
copy requirements.txt .
run --mount=type=secret,id=netrc,dst=/root/.netrc,mode=0400 python -m pip install -r requirements.txt
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
