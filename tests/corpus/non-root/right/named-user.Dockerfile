FROM python:3.14-slim
RUN useradd --system --no-create-home --uid 10001 bus
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=root:root . .
USER bus
CMD ["gunicorn", "--pid=/dev/shm/bus-stop.pid", "app:app"]
