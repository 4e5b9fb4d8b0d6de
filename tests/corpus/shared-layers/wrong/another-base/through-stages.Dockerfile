from python:3.14-alpine as small
from python:3.14-slim as large
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
from small as tests
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
user 10001:10001
cmd ["python", "-m", "unittest"]
from large as web
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
