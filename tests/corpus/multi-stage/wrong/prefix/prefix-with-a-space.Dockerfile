FROM python:3.14 AS builder
COPY requirements.txt .
RUN python -m pip install --prefix /install --no-cache-dir -r requirements.txt
FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
ENV PATH=/install/bin:$PATH
WORKDIR /srv
COPY --from=builder /install /install
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
