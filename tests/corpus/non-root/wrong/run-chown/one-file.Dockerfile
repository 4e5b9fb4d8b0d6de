FROM python:3.14-slim
WORKDIR /srv
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
RUN ["/bin/chmod", "666", "app.py"]
USER 10001
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
