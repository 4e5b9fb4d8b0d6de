FROM python:3.14-slim
RUN pip install --no-cache-dir poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --no-cache
COPY . .
USER 1000
CMD ["poetry", "run", "python", "app.py"]
