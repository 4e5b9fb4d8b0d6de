FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN <<EOF
set -e
mkdir /cache
chown 10001:10001 /cache
EOF
COPY --chmod=755 <<'EOF' /usr/local/bin/serve
#!/bin/sh
exec gunicorn --pid /dev/shm/bus-stop.pid app:app
EOF
USER 10001:10001
CMD ["serve"]
