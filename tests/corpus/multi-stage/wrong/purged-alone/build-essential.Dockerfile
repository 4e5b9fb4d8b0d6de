FROM python:3.14 AS builder
RUN python -m venv --without-pip /venv
COPY requirements.txt .
RUN pip --python /venv install --no-cache-dir -r requirements.txt

FROM python:3.14-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libmariadb3 build-essential \
    && apt-get remove --yes build-essential \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY --from=builder /venv /venv
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
