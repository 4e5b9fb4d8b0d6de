from python:3.14-slim
env GUNICORN_CMD_ARGS="--pid /tmp/bus-stop.pid --workers 2"
workdir /srv
copy . .
run pip install -r requirements.txt
user 10001
entrypoint ["/usr/local/bin/gunicorn"]
cmd ["app:app"]
