# syntax=docker/dockerfile:1.7
# check=skip=JSONArgsRecommended
FROM python:3.14-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD gunicorn --workers ${WORKERS:-2} app:app
