FROM python:3.14-slim
WORKDIR /app
RUN pip install --no-cache-dir "Django~=5.2.0" Pillow "psycopg[binary]" gunicorn whitenoise \
    dj-database-url
COPY . .
EXPOSE 8000
CMD python manage.py migrate && \
    python manage.py collectstatic --noinput && \
    gunicorn config.wsgi
