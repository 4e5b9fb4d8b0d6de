FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV PYTHONUNBUFFERED=1 \
    STOP_NAME="Market Street" \
    PORT=8000
USER 10001:10001
CMD ["python", "-m", "gunicorn", "app:app"]
