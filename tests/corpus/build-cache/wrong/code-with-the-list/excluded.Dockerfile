# syntax=docker/dockerfile:1
FROM python:3.14-slim
WORKDIR /srv
ADD --exclude=*.csv . ./
RUN pip3 install --no-cache-dir -r requirements.txt
RUN python -m compileall -q app.py
ADD timetable.csv ./
USER 10001:10001
CMD ["gunicorn", "app:app"]
