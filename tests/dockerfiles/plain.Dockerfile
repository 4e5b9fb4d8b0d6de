# The usual one.
FROM python:3.14
WORKDIR /app

# All of it.
COPY . .
RUN pip install -r requirements.txt

EXPOSE 8000
# Go.
CMD python manage.py runserver 0.0.0.0:8000
