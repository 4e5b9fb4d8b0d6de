FROM python:3.14 AS builder
RUN apt-get update && apt-get install -y libmariadb3
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt
FROM python:3.14-slim
COPY --from=builder /venv /venv
WORKDIR /srv
COPY . .
USER 10001:10001
CMD ["/venv/bin/gunicorn", "app:app"]
