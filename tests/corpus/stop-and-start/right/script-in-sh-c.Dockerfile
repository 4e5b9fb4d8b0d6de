FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
CMD ["sh", "-c", "export STOP_NAME=\"Depot, $(tail -n +2 timetable.csv | wc -l) departures\"; exec python -m gunicorn app:app"]
