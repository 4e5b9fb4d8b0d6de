FROM python:3.13-slim
WORKDIR /srv
ADD requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
ADD . .
user 1000
cmd exec python -m gunicorn app:app
