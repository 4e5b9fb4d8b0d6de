FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=8s --timeout=3s CMD curl --fail --silent --output /dev/null http://127.0.0.1:8000/healthz || exit 1
CMD ["gunicorn", "--workers", "2", "--threads", "4", "app:app"]
