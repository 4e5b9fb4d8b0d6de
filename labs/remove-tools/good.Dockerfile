FROM python:3.14-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python -m venv --without-pip .venv
ENV PATH=/app/.venv/bin:$PATH
COPY requirements.txt .
RUN pip --python .venv install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
HEALTHCHECK CMD ["curl", "--fail", "--silent", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "config.wsgi"]
