FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV APP_ENV=production COOKIES_SECURE=yes FLASK_DEBUG=0
USER 10001:10001
CMD ["/usr/local/bin/gunicorn", "app:app"]
