from python:3.14 as builder
copy requirements.txt .
run pip install --prefix=/install -r requirements.txt
from python:3.14-slim
run apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
copy --from=builder /install /usr/local
workdir /srv
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
