FROM python:3.14-slim
WORKDIR /srv
ADD requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
ADD . .
user 10001:10001
cmd exec python -m gunicorn app:app
