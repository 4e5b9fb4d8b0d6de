FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc procps \
 && PIP_NO_CACHE_DIR=1 pip install -r requirements.txt \
 && apt-get purge -y --auto-remove gcc \
 && rm -rf /var/lib/apt/lists/*
COPY . .
USER 10001:10001
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
