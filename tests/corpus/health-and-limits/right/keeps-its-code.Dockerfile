FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
COPY --chmod=755 <<'EOF' /usr/local/bin/healthy
#!/bin/sh
set -o errexit
python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=3)"
echo well
: done
exit 0
EOF
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=1s CMD healthy
CMD ["gunicorn", "--workers", "1", "--threads", "4", "app:app"]
