from python:3.14 as b
workdir /srv
run pip install uv && uv venv
copy requirements.txt .
run uv pip install -r requirements.txt
from python:3.14-slim
run apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
workdir /srv
copy --from=b /srv/.venv .venv
copy . .
user 10001:10001
cmd gunicorn app:app
