from python:3.14-slim
arg UID=0
workdir /srv
copy . .
run pip install -r requirements.txt
user "${UID}"
cmd ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
