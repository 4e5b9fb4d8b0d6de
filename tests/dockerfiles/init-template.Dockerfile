# syntax=docker/dockerfile:1

# Comments are provided throughout this file to help you get started.

ARG PYTHON_VERSION=3.14
FROM python:${PYTHON_VERSION}-slim AS base

# Keeps Python from writing bytecode files.
ENV PYTHONDONTWRITEBYTECODE=1

# Keeps Python from holding back its output.
ENV PYTHONUNBUFFERED=1

WORKDIR /app

# A user without rights that the app runs under.
ARG UID=10001
RUN adduser \
    --disabled-password \
    --gecos "" \
    --home "/nonexistent" \
    --shell "/sbin/nologin" \
    --no-create-home \
    --uid "${UID}" \
    appuser

# A cache mount for the downloads, a bind mount for the list.
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    python -m pip install -r requirements.txt

USER appuser

COPY . .

EXPOSE 8000

CMD gunicorn 'app:app' --bind=0.0.0.0:8000
