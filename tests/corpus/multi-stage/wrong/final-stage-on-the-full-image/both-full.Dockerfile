FROM python:3.14 AS builder
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt
FROM python:3.14
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY --from=builder /venv /venv
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
