FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/healthy
#!/bin/sh
python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=3)" || exit 1
exit 0
SCRIPT
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=4s --start-period=30s --start-interval=2s CMD healthy
CMD ["gunicorn", "--workers", "2", "--threads", "4", "app:app"]
