from python:3.14-slim as base
run apt update && apt install -y --no-install-recommends procps
from base
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
run ["find", "/var/lib/apt/lists", "-type", "f", "-delete"]
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
