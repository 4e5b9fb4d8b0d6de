FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
run pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/serve
#!/bin/bash
set -e
export STOP_NAME="Depot, $(tail -n +2 timetable.csv | wc -l) departures"
gunicorn app:app | cat
SCRIPT
USER 10001:10001
cmd ["/usr/local/bin/serve"]
