FROM python:3.13-slim
WORKDIR /srv
COPY requirements.txt .
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc procps \
 && PIP_NO_CACHE_DIR=1 pip install -r requirements.txt \
 && apt-get purge -y --auto-remove gcc \
 && rm -rf /var/lib/apt/lists/*
COPY --chown=1000:1000 . .
USER 1000
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
