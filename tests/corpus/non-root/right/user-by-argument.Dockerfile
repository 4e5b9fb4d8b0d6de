ARG V=3.14
FROM python:${V}-slim
ARG UID=10001
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chmod=0644 app.py gunicorn.conf.py timetable.csv ./
COPY static static
COPY templates templates
USER ${UID}:0
CMD exec gunicorn --pid /dev/shm/bus-stop.pid app:app
