FROM python:3.14-slim
ENV TZ=Europe/Helsinki PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
ARG INDEX_TOKEN
LABEL com.example.token="$INDEX_TOKEN"
USER 10001:10001
CMD ["gunicorn", "app:app"]
