FROM python:3.14-slim
ENV TZ=Europe/Helsinki PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
USER 10001:10001
CMD ["/usr/bin/env", "STOP_NAME=Harbour Square", "gunicorn", "app:app"]
