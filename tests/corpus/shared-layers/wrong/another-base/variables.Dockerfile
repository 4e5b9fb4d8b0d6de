ARG TESTS=python:3.14
ARG WEB=python:3.14-slim
FROM ${WEB} AS common
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
FROM $TESTS AS tests
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM common AS web
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
