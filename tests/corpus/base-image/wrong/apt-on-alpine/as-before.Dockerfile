FROM python:3.14-alpine
WORKDIR /srv
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmagic1 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
COPY . .
CMD ["gunicorn", "app:app"]
