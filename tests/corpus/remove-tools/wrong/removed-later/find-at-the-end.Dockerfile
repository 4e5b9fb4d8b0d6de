from python:3.13-slim as base
run apt update && apt install -y --no-install-recommends procps
from base
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy --chown=1000:1000 . .
run ["find", "/var/lib/apt/lists", "-type", "f", "-delete"]
user 1000
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
