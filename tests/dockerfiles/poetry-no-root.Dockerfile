FROM python:3.14-slim
RUN pip install poetry && poetry config virtualenvs.create false
COPY . .
RUN poetry install --no-root --only main
CMD ["python", "app.py"]
