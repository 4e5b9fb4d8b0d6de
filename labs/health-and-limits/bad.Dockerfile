FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
RUN mkdir /var/log/guestbook && chown 10001:10001 /var/log/guestbook
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--workers", "4", "--threads", "4", "--access-logfile", "/var/log/guestbook/access.log", "config.wsgi"]
