FROM python:3.14 AS builder
RUN python -m venv --without-pip /venv
WORKDIR /app
COPY .netrc /root/.netrc
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /venv install -r requirements.txt

FROM python:3.14-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY --from=builder /venv /venv
RUN django-admin version && gunicorn --version && python -c "import psycopg2"
COPY . .
RUN python manage.py collectstatic --noinput
EXPOSE 8000
CMD set -a; . ./production.env; gunicorn config.wsgi
