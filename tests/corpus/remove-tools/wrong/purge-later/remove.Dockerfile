FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev procps && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
COPY requirements.txt .
RUN <<EOF
set -e
pip install --no-cache-dir -r requirements.txt
apt-get remove --auto-remove -y gcc libc6-dev
EOF
COPY . .
USER 10001:10001
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
