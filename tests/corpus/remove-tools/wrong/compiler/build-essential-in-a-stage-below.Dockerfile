FROM python:3.14-slim AS base
RUN <<EOF
set -e
apt-get update
apt-get --no-install-recommends install -y \
  build-essential \
  procps
rm -rf /var/lib/apt/lists/*
EOF
FROM base
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
