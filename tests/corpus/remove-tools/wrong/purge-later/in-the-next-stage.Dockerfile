from python:3.13-slim as tools
run apt update && apt install -y --no-install-recommends gcc procps && rm -rf /var/lib/apt/lists/*
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
from tools
run ["apt", "autoremove", "--purge", "-y", "gcc"]
copy --chown=1000:1000 . .
user 1000
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
