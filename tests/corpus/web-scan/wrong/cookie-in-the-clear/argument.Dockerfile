FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV APP_ENV=production
ARG SECURE="no"
ENV COOKIES_SECURE="${SECURE}"
USER 10001:10001
CMD exec gunicorn app:app
