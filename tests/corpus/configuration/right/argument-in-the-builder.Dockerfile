FROM python:3.14-slim AS builder
ARG INDEX_TOKEN
COPY requirements.txt .
RUN python -m venv /venv
RUN echo "machine packages.example.com login ci password ${INDEX_TOKEN}" > /root/.netrc \
 && /venv/bin/pip install --no-cache-dir -r requirements.txt
FROM python:3.14-slim
ENV TZ=Europe/Helsinki \
    PYTHONUNBUFFERED=1 \
    PATH=/venv/bin:$PATH
COPY --from=builder /venv /venv
WORKDIR /app
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
