from python:3.14-slim
workdir /srv
copy requirements.txt .
run apt-get update && apt-get install -y --no-install-recommends gcc procps \
 && pip install --no-cache-dir -r requirements.txt \
 && apt-get purge -y gcc procps && apt-get autoremove -y && rm -rf /var/lib/apt/lists/*
copy . .
user 10001:10001
healthcheck --retries=2 cmd ["/usr/bin/pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
