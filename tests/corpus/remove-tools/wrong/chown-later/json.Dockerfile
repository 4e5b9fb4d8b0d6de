from python:3.14-slim
run apt-get update && apt-get install -y --no-install-recommends procps && rm -rf /var/lib/apt/lists/*
workdir /srv
copy requirements.txt .
run python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt
env PATH=/srv/.venv/bin:$PATH
copy . .
run ["/bin/chown", "-hR", "10001:10001", "/srv/"]
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
