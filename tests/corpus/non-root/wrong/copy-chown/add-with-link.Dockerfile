FROM python:3.14-slim
RUN useradd --uid 10001 bus
WORKDIR /srv
ADD requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
ADD --link --chown=bus ["app.py", "gunicorn.conf.py", "timetable.csv", "/srv/"]
COPY static static
COPY templates templates
USER bus
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
