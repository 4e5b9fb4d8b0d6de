from docker.io/library/python:3.13 as builder
workdir /srv
copy requirements.txt .
run python -m pip install -r requirements.txt
from builder
copy . .
user 1000
cmd ["gunicorn", "app:app"]
