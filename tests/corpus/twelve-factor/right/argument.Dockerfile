FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ARG STOP="Market Street"
ENV STOP_NAME=$STOP
USER 10001:10001
CMD ["bash", "-c", "exec gunicorn app:app"]
