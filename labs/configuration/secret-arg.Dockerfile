FROM python:3.14-slim
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt .
ARG INDEX_TOKEN
RUN echo "machine packages.example.com login ci password $INDEX_TOKEN" > /root/.netrc \
 && pip install --no-cache-dir -r requirements.txt \
 && rm /root/.netrc
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
