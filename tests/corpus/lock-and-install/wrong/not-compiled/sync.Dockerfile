FROM python:3.14-slim AS builder
WORKDIR /srv
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev

FROM python:3.14-slim
WORKDIR /srv
COPY --from=builder /srv/.venv .venv
ENV PATH="/srv/.venv/bin:$PATH"
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
