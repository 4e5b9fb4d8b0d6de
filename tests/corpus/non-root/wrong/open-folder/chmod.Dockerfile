FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN mkdir run && chmod a+w run
USER 10001
CMD ["gunicorn", "--pid", "run/bus-stop.pid", "app:app"]
