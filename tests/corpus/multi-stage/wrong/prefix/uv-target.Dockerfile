FROM python:3.14 AS builder
WORKDIR /b
RUN pip install uv
COPY requirements.txt .
RUN ["uv", "pip", "install", "--target=packages", "-r", "requirements.txt"]
FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
COPY --from=builder /b/packages /srv/packages
ENV PATH=/srv/packages/bin:$PATH
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
