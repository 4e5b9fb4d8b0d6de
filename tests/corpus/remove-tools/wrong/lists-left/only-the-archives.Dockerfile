from python:3.13-slim
run apt-get update
run apt-get install --no-install-recommends --yes procps && rm -rf /var/cache/apt/archives
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy --chown=1000:1000 . .
user 1000
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
