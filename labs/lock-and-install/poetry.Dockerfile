FROM python:3.14-slim AS lock
WORKDIR /app
COPY poetry.txt .
RUN pip install --no-cache-dir --require-hashes -r poetry.txt
COPY pyproject.toml poetry.lock ./
RUN poetry export --output locked.txt

FROM python:3.14-slim
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,from=lock,source=/app/locked.txt,target=locked.txt \
    pip install --require-hashes -r locked.txt
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
