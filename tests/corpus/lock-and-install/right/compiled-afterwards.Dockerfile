from python:3.14-slim AS builder
WORKDIR /srv
run pip install --no-cache-dir uv==0.13.9
run --mount=type=bind,source=.,target=/project --mount=type=cache,target=/root/.cache/uv \
    cp /project/pyproject.toml /project/uv.lock . && uv sync --locked && rm pyproject.toml uv.lock
run python -m compileall -q .venv

FROM python:3.14-slim
WORKDIR /srv
COPY --from=builder /srv/.venv .venv
ENV PATH="/srv/.venv/bin:$PATH"
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
