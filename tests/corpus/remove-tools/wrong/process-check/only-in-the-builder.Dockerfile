FROM python:3.14-slim AS builder
RUN apt-get update && apt-get install -y procps
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt
FROM python:3.14-slim
COPY --from=builder /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY . .
USER 10001:10001
HEALTHCHECK CMD pgrep gunicorn || exit 1
CMD ["gunicorn", "app:app"]
