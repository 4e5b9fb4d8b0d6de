FROM python:3.14-slim AS common
WORKDIR /app
RUN --mount=type=bind,source=.,target=/src <<EOF
set -e
pip install --no-cache-dir -r /src/requirements.txt
EOF
FROM common AS tests
ENV PYTHONDONTWRITEBYTECODE=1
COPY . .
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM common AS web
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
