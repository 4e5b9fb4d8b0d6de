FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/serve
#!/bin/sh
set -e
export STOP_NAME="Depot, $(tail -n +2 timetable.csv | wc -l) departures"
exec gunicorn --graceful-timeout 0 app:app
SCRIPT
USER 10001:10001
CMD ["serve"]
