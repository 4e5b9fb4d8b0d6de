FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN mkdir -m 1777 /pid
VOLUME /pid
USER 10001
CMD ["gunicorn", "--pid", "/pid/bus-stop.pid", "app:app"]
