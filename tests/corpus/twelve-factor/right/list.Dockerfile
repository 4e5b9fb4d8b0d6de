FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python -m compileall -q .
ENV STOP_NAME="Market Street"
USER 10001:10001
CMD ["gunicorn", "app:app"]
