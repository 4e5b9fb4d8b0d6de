FROM python:3.14-slim
RUN <<EOF
set -e
apt-get update
apt-get install -y --no-install-recommends procps g++
apt-get -y purge g++
rm -rf /var/lib/apt/lists/*
EOF
WORKDIR /srv
RUN python -m venv --without-pip .venv
ENV PATH=/srv/.venv/bin:$PATH
COPY requirements.txt .
RUN pip --python .venv install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
