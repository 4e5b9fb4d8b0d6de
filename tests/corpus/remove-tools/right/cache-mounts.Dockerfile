# syntax=docker/dockerfile:1
FROM python:3.14-slim
RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt \
    apt-get update && apt-get install -y --no-install-recommends procps
WORKDIR /srv
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt
COPY . .
USER 10001:10001
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
