FROM python:3.14-slim
# What psycopg is compiled with.
RUN apt-get update && apt-get install -y --no-install-recommends \
    gcc \
    libpq-dev \
    curl \
    && rm -rf /var/lib/apt/lists/*
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
# The code.
COPY . .
RUN useradd --uid 1000 app
USER app
EXPOSE 8000
CMD ["gunicorn", "app:app"]
