FROM python:3.14-slim AS base
ARG SECRET_KEY INDEX_TOKEN
ENV TZ=Europe/Helsinki PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=secret,id=netrc,target=/root/.netrc pip install --no-cache-dir -r requirements.txt
FROM base
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
