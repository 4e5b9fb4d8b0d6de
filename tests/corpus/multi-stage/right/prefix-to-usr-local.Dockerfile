FROM python:3.14 AS builder
COPY requirements.txt .
RUN pip install --prefix=/install --no-cache-dir -r requirements.txt
FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
COPY --from=builder /install /usr/local
WORKDIR /srv
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
