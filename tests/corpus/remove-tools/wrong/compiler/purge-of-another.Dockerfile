from python:3.14-slim
run apt update && apt install --no-install-recommends -y g++-12 procps && apt purge -y curl && rm -rf /var/lib/apt/lists/*
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
