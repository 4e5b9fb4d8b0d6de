FROM python:3.14-slim AS base
WORKDIR /app
COPY requirements.txt .
FROM base AS tests
RUN pip install --no-cache-dir uv && uv pip install --system -r requirements.txt
COPY . .
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM base AS web
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "-r", "requirements.txt"]
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
