FROM python:3.14-slim
RUN useradd --uid 10001 app
COPY --chown=app . /app/
WORKDIR /app
CMD ["python", "app.py"]
