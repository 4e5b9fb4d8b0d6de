FROM python:3.14-slim
ENV PIP_NO_CACHE_DIR=1
RUN <<EOF
set -e
apt-get update -qq
apt-get install -qq --no-install-recommends procps
rm -r /var/lib/apt/lists/*
EOF
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY --chown=10001 . .
USER 10001:10001
HEALTHCHECK CMD pgrep gunicorn
CMD ["gunicorn", "app:app"]
