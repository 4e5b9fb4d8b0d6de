FROM python:3.14-slim AS builder
WORKDIR /srv
COPY uv.txt .
RUN pip install --no-cache-dir --require-hashes -r uv.txt
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    uv sync --locked --no-dev --no-install-project

FROM python:3.14-slim
WORKDIR /srv
COPY --from=builder /srv/.venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
