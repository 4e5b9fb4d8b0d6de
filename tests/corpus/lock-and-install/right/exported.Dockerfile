FROM python:3.14-slim AS builder
WORKDIR /srv
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_COMPILE_BYTECODE=true
COPY pyproject.toml uv.lock ./
RUN uv export --locked --no-dev --no-emit-project --output-file /tmp/locked.txt
RUN uv venv && uv pip install -r /tmp/locked.txt

FROM python:3.14-slim
WORKDIR /srv
COPY --from=builder /srv/.venv .venv
ENV PATH="/srv/.venv/bin:$PATH"
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
