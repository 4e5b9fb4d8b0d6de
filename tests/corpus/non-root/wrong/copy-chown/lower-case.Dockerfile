from python:3.14-slim
arg UID=10001
workdir /srv
copy requirements.txt .
run pip install -r requirements.txt
copy --chmod=644 --chown=$UID *.py *.csv ./
copy static static
copy templates templates
user 10001
cmd ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
