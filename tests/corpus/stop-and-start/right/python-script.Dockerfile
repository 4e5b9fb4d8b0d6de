FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/serve
#!/usr/bin/env python3
import os
count = len(open("timetable.csv").readlines()) - 1
os.environ["STOP_NAME"] = f"Depot, {count} departures"
os.execvp("gunicorn", ["gunicorn", "app:app"])
SCRIPT
USER 10001:10001
CMD ["serve"]
