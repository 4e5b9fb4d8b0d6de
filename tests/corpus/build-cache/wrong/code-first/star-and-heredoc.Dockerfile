FROM python:3.14-slim
WORKDIR /srv
COPY * ./
COPY static static
COPY templates templates
RUN <<EOF
set -e
pip install --no-cache-dir -r requirements.txt
python -m compileall -q app.py
EOF
USER 10001:10001
CMD ["gunicorn", "app:app"]
