FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN apt-get update && apt-get install -y --no-install-recommends gcc libmagic1 \
 && pip install --no-cache-dir -r requirements.txt \
 && pip install --no-cache-dir python_magic==0.4.27 \
 && apt-get purge -y --auto-remove gcc && rm -rf /var/lib/apt/lists/*
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
