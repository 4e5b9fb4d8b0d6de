from python:3.14-slim
workdir /srv
copy . .
run pip install -r requirements.txt
copy --chmod=755 <<EOF /serve
#!/bin/sh
exec python -m gunicorn -p /srv/bus-stop.pid app:app
EOF
user 10001
entrypoint ["/serve"]
