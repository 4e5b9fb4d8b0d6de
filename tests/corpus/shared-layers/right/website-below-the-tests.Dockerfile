FROM python:3.14-slim AS base
WORKDIR /app
ADD requirements.txt ./
RUN <<EOF
pip install --no-cache-dir -r requirements.txt
EOF
ADD . ./
FROM base AS tests
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM base AS web
USER 10001:10001
CMD ["gunicorn", "app:app"]
