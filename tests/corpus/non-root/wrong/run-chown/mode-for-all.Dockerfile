FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN <<EOF
set -e
chmod -R a+rwX .
EOF
USER 10001
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
