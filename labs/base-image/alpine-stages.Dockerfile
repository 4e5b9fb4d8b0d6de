FROM python:3.14-alpine AS alpine-with-gcc
RUN apk add --no-cache gcc musl-dev

FROM alpine-with-gcc AS wheels
RUN pip wheel --no-cache-dir --wheel-dir /wheels lz4==4.4.5

FROM python:3.14-alpine
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir /wheels/*.whl
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
