FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/entrypoint.sh
#!/bin/sh
set -e
python manage.py check
"$@"
SCRIPT
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["entrypoint.sh"]
CMD ["gunicorn", "config.wsgi"]
