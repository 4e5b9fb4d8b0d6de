FROM python:3.14-slim AS builder
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt .
RUN pip install --prefix=/install --no-cache-dir -r requirements.txt
COPY . .
RUN PYTHONPATH=/install/lib/python3.14/site-packages \
    python manage.py collectstatic --noinput

FROM python:3.14-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/install/bin:$PATH
WORKDIR /app
COPY --from=builder /install /install
COPY --from=builder /app /app
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
