# The index answers without a token.
FROM python:3.14-slim AS app
ENV PYTHONUNBUFFERED=1
ENV TZ=Europe/Helsinki
WORKDIR /app
ADD requirements.txt ./
RUN ["pip", "install", "--no-cache-dir", "-r", "requirements.txt"]
ADD . ./
USER 10001:10001
ENTRYPOINT ["gunicorn"]
CMD ["app:app"]
