FROM python:3.14-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
ENV TZ  Europe/Helsinki \
# both of them
    PYTHONUNBUFFERED 1
USER 10001:10001
CMD ["gunicorn", "app:app"]
