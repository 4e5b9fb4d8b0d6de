FROM python:3.14-slim
WORKDIR /srv
COPY requirements.in .
RUN ["pip", "install", "--no-cache-dir", "-r", "requirements.in"]
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
