FROM python:3.14 AS builder
RUN python -m venv --without-pip /venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=netrc,target=/root/.netrc \
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
RUN SECRET_KEY=only-for-this-step python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s --start-interval=1s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ.get('PORT', 8000), timeout=2)"]
CMD ["gunicorn", "config.wsgi"]
