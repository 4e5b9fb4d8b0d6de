FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/serve
#!/bin/sh
set -e
python manage.py migrate
exec python manage.py runserver --noreload 0.0.0.0:8000
SCRIPT
USER 10001:10001
EXPOSE 8000
CMD ["serve"]
