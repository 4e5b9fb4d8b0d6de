FROM python:3.14-slim AS builder
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv --without-pip /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt .
RUN pip --python /venv install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput

FROM python:3.14-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY --from=builder /venv /venv
COPY --from=builder /app /app
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
