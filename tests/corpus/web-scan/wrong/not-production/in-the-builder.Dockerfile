FROM python:3.14-slim AS base
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
FROM base AS other
ENV APP_ENV=production
FROM base
USER 10001:10001
CMD ["gunicorn", "app:app"]
