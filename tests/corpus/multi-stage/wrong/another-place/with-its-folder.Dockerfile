from python:3.14 as b
workdir /app
run pip install uv && uv venv /app/env
copy requirements.txt .
run VIRTUAL_ENV=/app/env uv pip install -r requirements.txt
from python:3.14-slim
run apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
copy --from=b /app /srv
workdir /srv
copy . .
user 10001:10001
cmd ["/srv/env/bin/gunicorn", "app:app"]
