FROM python:3.14-slim AS builder
WORKDIR /srv
COPY uv.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r uv.txt
RUN --mount=type=cache,target=/root/.cache/uv \
    UV_LINK_MODE=copy uv pip install --require-hashes --compile-bytecode \
    --target /opt/python -r requirements.txt

FROM python:3.14-slim
WORKDIR /srv
COPY --from=builder /opt/python /opt/python
ENV PYTHONPATH=/opt/python
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "app:app"]
