FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN <<EOF
set -e
pip install --no-cache-dir -r requirements.txt
pip install --no-cache-dir filetype==1.2.0
EOF
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
