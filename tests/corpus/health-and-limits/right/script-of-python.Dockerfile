FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY <<'PYTHON' /usr/local/lib/check.py
import sys
import urllib.request

with urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=3) as answer:
    sys.exit(answer.status != 200)
PYTHON
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --start-interval=2s CMD ["python", "/usr/local/lib/check.py"]
CMD ["gunicorn", "--workers", "2", "--threads", "4", "app:app"]
