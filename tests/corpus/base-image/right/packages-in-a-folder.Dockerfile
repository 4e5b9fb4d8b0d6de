FROM python:3.14 AS builder
COPY requirements.txt .
RUN pip install --no-cache-dir --target /packages -r requirements.txt \
    && pip install --no-cache-dir --target /packages python-magic==0.4.27

FROM python:3.14-slim
WORKDIR /srv
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmagic1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /packages /packages
ENV PYTHONPATH=/packages
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "app:app"]
