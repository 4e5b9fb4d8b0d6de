from python:3.14-slim
workdir /srv
copy . .
run pip install -r requirements.txt && useradd bus && cd / && chown --recursive bus srv
user bus
cmd ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
