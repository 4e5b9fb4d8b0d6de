FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --start-period=30s --start-interval=1s --timeout=5s CMD curl --fail http://localhost:8000/healthz || exit 1
CMD ["gunicorn", "--workers", "2", "--threads", "4", "app:app"]
