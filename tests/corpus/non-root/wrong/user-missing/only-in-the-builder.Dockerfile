FROM python:3.14-slim AS builder
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt
USER 10001
FROM python:3.14-slim
COPY --from=builder /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY . .
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
