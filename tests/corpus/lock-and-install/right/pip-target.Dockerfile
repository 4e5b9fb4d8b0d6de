FROM python:3.14-slim AS builder
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --target /packages -r requirements.txt

FROM python:3.14-slim
ENV PYTHONPATH=/packages PATH="/packages/bin:$PATH"
WORKDIR /srv
COPY --from=builder /packages /packages
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
