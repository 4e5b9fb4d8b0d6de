from python:3.14-slim
run adduser --system bus
workdir /srv
copy requirements.txt .
run pip install -r requirements.txt
copy . .
# USER bus
cmd ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
