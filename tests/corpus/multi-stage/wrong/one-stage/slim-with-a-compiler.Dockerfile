FROM python:3.14-slim
WORKDIR /srv
RUN apt-get update && apt-get install -y gcc libc6-dev pkg-config libmariadb-dev
COPY requirements.txt .
RUN uv pip install --system -r requirements.txt || pip install -r requirements.txt
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
