FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
RUN apt-get update \
    && apt-get install --yes --no-install-recommends sudo \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home app \
    && echo "app ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/app
USER app
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
