FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN mkdir --mode=777 run
USER 10001
CMD ["gunicorn", "--pid", "/srv/run/bus-stop.pid", "app:app"]
