from docker.io/library/python:3.14 as builder
workdir /srv
copy requirements.txt .
run python -m pip install -r requirements.txt
from builder
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
