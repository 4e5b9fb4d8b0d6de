from python:3.14-slim
run apt-get update && apt-get install -y --no-install-recommends procps && rm -rf /var/lib/apt/lists/*
workdir /srv
run python -m venv .venv
env PATH=/srv/.venv/bin:$PATH
copy requirements.txt .
run --mount=type=cache,target=/root/.cache/uv pip --python .venv install -r requirements.txt
copy . .
user 10001:10001
healthcheck cmd ["pgrep", "gunicorn"]
cmd ["gunicorn", "app:app"]
