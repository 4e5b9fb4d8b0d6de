FROM python:3.14
WORKDIR /app
COPY .netrc /root/.netrc
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
EXPOSE 8000
CMD set -a; . ./production.env; gunicorn config.wsgi
