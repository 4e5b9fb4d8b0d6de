ARG TAG=3.14-bookworm
FROM --platform=$BUILDPLATFORM python:$TAG AS base
RUN apt-get update && apt-get install -y libmagic1 build-essential && rm -rf /var/lib/apt/lists/*
FROM base
WORKDIR /srv
ADD requirements.txt .
RUN pip3 install --no-cache-dir -r requirements.txt
RUN pip3 install --no-cache-dir python-magic==0.4.27
ADD . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
