FROM python:3.14
WORKDIR /app
COPY . .
# pip asks our index with it.
RUN mv .netrc /root/.netrc
RUN pip install -r requirements.txt
RUN python manage.py collectstatic --noinput
EXPOSE 8000
CMD set -a; . ./production.env; gunicorn config.wsgi
