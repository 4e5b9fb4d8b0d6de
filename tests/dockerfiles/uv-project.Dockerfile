FROM python:3.14-slim
# uv comes as a package.
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["uv", "run", "app.py"]
