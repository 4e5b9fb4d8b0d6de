from python:3.14-slim as base
run useradd --system --home-dir /nowhere --uid 10001 bus
user bus
from base
workdir /srv
copy requirements.txt .
run ["python", "-m", "pip", "install", "--no-cache-dir", "-r", "requirements.txt"]
copy . .
cmd ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
