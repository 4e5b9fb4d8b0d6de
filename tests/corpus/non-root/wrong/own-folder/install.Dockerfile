FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN install -d -o 10001 -g 10001 run
USER 10001
CMD ["gunicorn", "--pid", "/srv/run/bus-stop.pid", "app:app"]
