from docker.io/library/python:3.14-slim as tests
workdir /tests
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
user 10001:10001
cmd ["python", "-m", "unittest"]
from python:3.14-slim as web
workdir /app
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
