FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street"
USER 10001:10001
CMD ["env", "STOP_NAME=${STOP_NAME}", "python", "-m", "gunicorn", "--bind=0.0.0.0:${PORT:-8000}", "app:app"]
