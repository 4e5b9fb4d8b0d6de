from python:3.14-slim
run useradd --create-home --home-dir /var/lib/bus --uid 10001 bus
workdir /srv
copy . .
run pip install -r requirements.txt
user bus
cmd ["gunicorn", "--pid", "/var/lib/bus/bus-stop.pid", "app:app"]
