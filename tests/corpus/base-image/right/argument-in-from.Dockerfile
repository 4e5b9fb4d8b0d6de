ARG PYTHON=3.14
FROM python:${PYTHON}-slim
WORKDIR /srv
RUN <<EOF
set -e
apt-get update
apt-get install --yes --no-install-recommends libmagic1
rm -r /var/lib/apt/lists/*
EOF
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt && pip install --no-cache-dir python-magic==0.4.27
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
