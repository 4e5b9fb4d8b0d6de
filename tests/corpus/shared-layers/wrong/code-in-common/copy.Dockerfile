FROM python:3.14-slim AS common
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
FROM common AS tests
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM common AS web
USER 10001:10001
CMD ["gunicorn", "app:app"]
