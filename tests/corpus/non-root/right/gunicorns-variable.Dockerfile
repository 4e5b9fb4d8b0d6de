FROM python:3.14-slim
WORKDIR /srv
ENV GUNICORN_CMD_ARGS="--pid /dev/shm/bus-stop.pid"
ADD requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
ADD . .
RUN chown -R root:root /srv && chmod -R go-w /srv
USER 4000
CMD ["gunicorn", "app:app"]
