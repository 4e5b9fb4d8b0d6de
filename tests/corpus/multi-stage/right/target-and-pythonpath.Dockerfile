FROM python:3.14 AS b
COPY requirements.txt .
RUN pip install --no-cache-dir -t /deps -r requirements.txt
FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
COPY --from=b /deps /deps
ENV PYTHONPATH=/deps
WORKDIR /srv
COPY . .
USER 10001:10001
CMD ["python", "-m", "gunicorn", "app:app"]
