FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --start-period=1m --start-interval=500ms --timeout=4s CMD python -c "import urllib.request as u; u.urlopen('http://localhost:8000/healthz', timeout=3)"
CMD ["gunicorn", "--workers", "2", "--threads", "4", "app:app"]
