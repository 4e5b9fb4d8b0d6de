FROM python:3.14-slim AS tests
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
ENV PYTHONDONTWRITEBYTECODE=1
COPY . .
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM docker.io/library/python:3.14-slim AS web
LABEL com.example.part=web
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
