FROM python:3.14-slim
WORKDIR /srv
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmagic1 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
