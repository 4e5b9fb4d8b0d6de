FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt \
    && find / -xdev -name "*.dist-info" -prune -exec rm -r {} +
COPY . .
RUN python manage.py collectstatic --noinput
RUN rm -rf /var/lib/apt /var/lib/dpkg
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
