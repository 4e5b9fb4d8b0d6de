FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV PYTHONUNBUFFERED=1 \
    APP_ENV="production"
USER 10001:10001
ENTRYPOINT ["python", "-m", "gunicorn"]
CMD ["app:app"]
