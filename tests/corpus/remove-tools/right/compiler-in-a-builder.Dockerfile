from python:3.14-slim as builder
run apt-get update && apt-get install -y gcc
run python -m venv /venv
copy requirements.txt .
run /venv/bin/pip install -r requirements.txt

from python:3.14-slim
run apt update && apt install -y --no-install-recommends procps && rm -fr /var/lib/apt/lists
copy --from=builder /venv /venv
env PATH=/venv/bin:$PATH
workdir /srv
copy . .
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
