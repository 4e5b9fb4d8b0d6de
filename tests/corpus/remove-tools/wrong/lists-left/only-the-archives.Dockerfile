from python:3.14-slim
run apt-get update
run apt-get install --no-install-recommends --yes procps && rm -rf /var/cache/apt/archives
workdir /srv
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
copy . .
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
