FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street"
ENV PORT=8000
USER 10001:10001
ENTRYPOINT ["gunicorn", "app:app"]
CMD ["-b", ":$PORT"]
