FROM python:3.14-slim AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir -r requirements.txt
FROM python:3.14-slim AS common
WORKDIR /app
ENV PATH=/venv/bin:$PATH
COPY --from=packages /venv /venv
FROM common AS tests
ENV PYTHONDONTWRITEBYTECODE=1
COPY . .
USER 10001:10001
CMD ["python", "-m", "unittest"]
FROM common AS web
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
