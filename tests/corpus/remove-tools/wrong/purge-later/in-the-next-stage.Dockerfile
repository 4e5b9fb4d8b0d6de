from python:3.14-slim as tools
run apt update && apt install -y --no-install-recommends gcc procps && rm -rf /var/lib/apt/lists/*
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
from tools
run ["apt", "autoremove", "--purge", "-y", "gcc"]
copy . .
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
