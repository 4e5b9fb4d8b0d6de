FROM python:3.14-slim
WORKDIR /srv
copy requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
copy . .
COPY --chmod=755 <<'SCRIPT' /serve
#!/bin/bash
set -e
export STOP_NAME="Depot, $(tail -n +2 timetable.csv | wc -l) departures"
python -m gunicorn app:app &
wait
SCRIPT
USER 10001:10001
ENTRYPOINT ["/serve"]
