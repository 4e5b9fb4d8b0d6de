FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN chown -R 10001:10001 /srv
USER 10001:10001
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
