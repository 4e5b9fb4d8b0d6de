ARG BASE=python:3.14-bookworm
FROM $BASE AS builder
RUN python -m venv /venv && /venv/bin/pip --version
COPY requirements.txt .
RUN pip --python /venv install --no-cache-dir -r requirements.txt
FROM --platform=$TARGETPLATFORM ${BASE}
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY --from=0 /venv /venv
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
