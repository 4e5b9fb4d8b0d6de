FROM python:3.14-slim
COPY start.sh /usr/local/bin/start.sh
COPY . /app
WORKDIR /app
USER 1001:1001
ENTRYPOINT ["sh", "/usr/local/bin/start.sh"]
