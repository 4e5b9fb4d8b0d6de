FROM python:3.14 AS builder
WORKDIR /wheels
COPY requirements.txt .
RUN pip wheel -r requirements.txt
FROM python:3.14-slim
RUN ["/bin/sh", "-c", "apt update && apt install -y g++ libmariadb3"]
WORKDIR /srv
COPY --from=builder /wheels /wheels
RUN pip install --no-index /wheels/*.whl
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
