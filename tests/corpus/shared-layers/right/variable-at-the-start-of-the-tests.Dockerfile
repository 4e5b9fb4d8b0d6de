FROM python:3.14-slim AS common
WORKDIR /app
RUN --mount=type=bind,source=requirements.txt,target=/r.txt pip install --no-cache-dir -r /r.txt
FROM common AS tests
COPY . .
USER 10001:10001
CMD ["env", "PYTHONDONTWRITEBYTECODE=1", "python", "-m", "unittest"]
FROM common AS web
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
