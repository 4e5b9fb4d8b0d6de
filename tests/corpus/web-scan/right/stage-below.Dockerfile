FROM python:3.14-slim AS base
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV APP_ENV=test
FROM base AS development
CMD ["flask", "run", "--debug"]
FROM base
ENV APP_ENV=production
USER 10001:10001
CMD ["gunicorn", "app:app"]
