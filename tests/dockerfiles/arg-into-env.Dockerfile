FROM python:3.14-slim
ARG SECRET_KEY
ENV SECRET_KEY=$SECRET_KEY
COPY . /app
WORKDIR /app
RUN python manage.py collectstatic --noinput
CMD ["gunicorn", "app:app"]
