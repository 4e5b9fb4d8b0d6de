FROM python:3.14-slim AS migrate
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
CMD ["python", "manage.py", "migrate"]

FROM python:3.14-slim AS report
WORKDIR /app
COPY requirements.txt requirements-report.txt ./
RUN pip install --no-cache-dir -r requirements.txt -r requirements-report.txt
COPY . .
USER 10001:10001
CMD ["python", "manage.py", "report"]

FROM python:3.14-slim AS web
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
