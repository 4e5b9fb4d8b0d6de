FROM python:3.13-slim
RUN ["sh", "-c", "apt-get update && apt-get install -y --no-install-recommends procps && rm -rf /var/lib/apt/lists/*"]
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt && rm -rf ~/.cache
COPY --chown=1000:1000 . .
RUN mkdir /data && chown -R 1000:1000 /data
USER 1000
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
