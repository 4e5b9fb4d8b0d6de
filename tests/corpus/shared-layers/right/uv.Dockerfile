FROM python:3.14-slim AS common
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY requirements.txt .
RUN uv pip install --system --no-cache -r requirements.txt
FROM common AS tests
ENV PYTHONDONTWRITEBYTECODE=1
COPY . .
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM common AS web
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
