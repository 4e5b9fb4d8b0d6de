FROM python:3.14-slim
RUN apt-get update \
 && apt-get -o APT::Install-Recommends=false install -y procps \
 && find /var/lib/apt/lists -mindepth 1 -delete
WORKDIR /srv
COPY requirements.txt .
RUN python -m pip --no-cache-dir install -r requirements.txt
COPY . .
USER 10001:10001
HEALTHCHECK CMD ["pgrep", "gunicorn"]
CMD ["gunicorn", "app:app"]
