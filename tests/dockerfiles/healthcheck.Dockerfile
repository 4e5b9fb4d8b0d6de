FROM python:3.14
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt requirements.txt
RUN pip install -r requirements.txt
COPY . .
HEALTHCHECK --interval=5s --timeout=2s \
    CMD curl -f http://127.0.0.1:8000/ || exit 1
USER root
CMD ["python", "app.py"]
