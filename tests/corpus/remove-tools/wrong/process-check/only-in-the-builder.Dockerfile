FROM python:3.13-slim AS builder
RUN apt-get update && apt-get install -y procps
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt
FROM python:3.13-slim
COPY --from=builder /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY --chown=1000:1000 . .
USER 1000
HEALTHCHECK CMD pgrep gunicorn || exit 1
CMD ["gunicorn", "app:app"]
