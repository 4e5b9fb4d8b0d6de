FROM python:3.14-slim
ARG INDEX_TOKEN
ARG VERSION
LABEL org.opencontainers.image.version=$VERSION
WORKDIR /app
COPY requirements.txt .
# From our own index.
RUN pip install --no-cache-dir \
    --extra-index-url "https://user:${INDEX_TOKEN}@packages.example.org/simple" \
    -r requirements.txt
COPY . .
USER 10001:10001
CMD ["python", "app.py"]
