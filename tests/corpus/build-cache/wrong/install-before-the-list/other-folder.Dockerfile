FROM python:3.14-slim AS deps
COPY requirements.txt /list/
RUN set -e; python -m pip install --no-cache-dir -r requirements.txt
FROM deps
COPY . .
CMD ["gunicorn", "app:app"]
