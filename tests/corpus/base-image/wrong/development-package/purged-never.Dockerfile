FROM python:3.14-slim
WORKDIR /srv
RUN <<SCRIPT
apt update
apt install -y gcc libmagic1
apt purge -y curl
rm -rf /var/lib/apt/lists/*
SCRIPT
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
