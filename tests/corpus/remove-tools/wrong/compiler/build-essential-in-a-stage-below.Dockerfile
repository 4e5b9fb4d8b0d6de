FROM python:3.13-slim AS base
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
COPY --chown=1000:1000 . .
USER 1000
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
