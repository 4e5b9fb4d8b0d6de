FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN mkdir run
USER 10001
CMD ["sh", "-c", "exec gunicorn --pid=run/bus-stop.pid app:app"]
