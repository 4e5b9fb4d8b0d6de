FROM python:3.14-alpine AS alpine-with-gcc
RUN apk add --no-cache gcc musl-dev

FROM alpine-with-gcc
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir lz4==4.4.5
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
