FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street"
CMD ["sh", "-c", "python -m compileall -q . && exec gunicorn app:app"]
