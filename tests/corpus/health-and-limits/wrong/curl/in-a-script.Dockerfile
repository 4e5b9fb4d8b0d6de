FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/healthy
#!/bin/sh
exec curl --fail --silent http://127.0.0.1:8000/healthz
SCRIPT
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --start-period=30s --start-interval=1s --timeout=5s CMD ["healthy"]
CMD ["gunicorn", "--workers", "2", "--threads", "4", "app:app"]
