ARG V=3.14
FROM python:${V}-slim AS runtime
RUN <<EOF
set -e
apt-get update
apt-get install -y --no-install-recommends libmariadb3
rm -rf /var/lib/apt/lists/*
EOF
ENV PATH=/venv/bin:$PATH
FROM python:${V} AS builder
RUN python -m venv --without-pip /venv
COPY requirements.txt .
RUN pip --python /venv install -r requirements.txt
FROM runtime
COPY --from=builder --link /venv/ /venv/
WORKDIR /srv
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
