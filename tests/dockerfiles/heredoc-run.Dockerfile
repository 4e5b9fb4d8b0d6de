# syntax=docker/dockerfile:1
FROM python:3.14-slim
WORKDIR /app
COPY . .
# Two things at once.
RUN <<EOF
set -e
# what pip compiles with
apt-get update
apt-get install -y gcc
pip install -r requirements.txt
EOF
CMD ["python", "app.py"]
