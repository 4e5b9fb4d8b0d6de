FROM python:3.14 AS builder
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN pip install python-magic==0.4.27

FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmagic1 && rm -rf /var/lib/apt/lists/*
COPY --from=builder /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
