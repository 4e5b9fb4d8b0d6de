FROM python:3.14-slim AS base
USER 10001
FROM base
USER root
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
