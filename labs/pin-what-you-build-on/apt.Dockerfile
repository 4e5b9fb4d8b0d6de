FROM python:3.14-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "http.server", "8000"]
