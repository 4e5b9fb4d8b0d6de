FROM python:3.14-slim
WORKDIR /srv/app
COPY --chown=nobody:nogroup requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
# The server's.
COPY --link --chown=www-data . .
EXPOSE 8000
CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
