FROM python:3.14-slim
WORKDIR /srv
USER 10001
COPY . .
RUN <<EOF
set -e
pip install --no-cache-dir -r requirements.txt
python -m compileall -q .
EOF
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
