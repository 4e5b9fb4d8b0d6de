FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN mkdir -p /run/bus && chown 10001:10001 /run/bus
USER 10001
CMD ["gunicorn", "--pid=/run/bus/bus-stop.pid", "app:app"]
