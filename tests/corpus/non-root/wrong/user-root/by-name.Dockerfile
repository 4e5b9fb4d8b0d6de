FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER root
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
