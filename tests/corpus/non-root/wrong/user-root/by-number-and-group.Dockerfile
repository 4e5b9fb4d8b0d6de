FROM python:3.14-slim
WORKDIR /srv
USER 10001
COPY . .
USER 0:10001
RUN pip install --no-cache-dir -r requirements.txt
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
