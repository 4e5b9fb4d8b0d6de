FROM python:3.14-slim
WORKDIR /srv
RUN pip install --no-cache-dir uv
ENV UV_COMPILE_BYTECODE=1 PATH=/srv/.venv/bin:$PATH
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-cache
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
