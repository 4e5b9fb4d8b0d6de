FROM python:3.14-slim AS base
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street"
FROM base
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
