FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street" PORT=8000
USER 10001:10001
CMD ["gunicorn", "--bind", "0.0.0.0:${PORT}", "app:app"]
