FROM python:3.14-slim AS common
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

FROM common AS migrate
ENV PYTHONUNBUFFERED=1
COPY . .
USER 10001:10001
CMD ["python", "manage.py", "migrate"]

FROM common AS report
COPY requirements-report.txt .
RUN pip install --no-cache-dir -r requirements-report.txt
COPY . .
USER 10001:10001
CMD ["python", "manage.py", "report"]

FROM common AS web
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
