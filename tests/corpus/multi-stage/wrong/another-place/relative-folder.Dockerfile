FROM python:3.14 AS builder
WORKDIR /build
RUN python -m venv .venv
COPY requirements.txt .
RUN .venv/bin/pip install --no-cache-dir -r requirements.txt
FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
COPY --from=builder /build/.venv ./.venv
ENV PATH=/srv/.venv/bin:$PATH
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
