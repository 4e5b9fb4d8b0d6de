FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
USER 10001:10001
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
