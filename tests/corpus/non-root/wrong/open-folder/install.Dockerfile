from python:3.14-slim
workdir /srv
copy . .
run pip install -r requirements.txt
run <<EOF
install -d -m 1777 /var/lib/bus
EOF
user 10001
cmd ["gunicorn", "-p", "/var/lib/bus/pid", "app:app"]
