FROM python:3.14-slim AS app
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
FROM app AS tests
ENV PYTHONDONTWRITEBYTECODE=1
CMD ["python", "-m", "unittest"]
FROM app AS web
CMD ["gunicorn", "app:app"]
