FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street"
USER 10001:10001
ENTRYPOINT ["/bin/sh", "-c", "gunicorn app:app"]
