ARG V=3.14
FROM python:${V}-alpine
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
RUN <<EOF
set -e
apt-get update
apt-get install -y libmagic1
EOF
COPY . .
CMD ["gunicorn", "app:app"]
