FROM python:3.14-slim
ENV TZ Europe/Helsinki \
    # how Python writes
    PYTHONUNBUFFERED 1
ENV LANG C.UTF-8
ENV HOME_DIR=/srv APP_DIR=$HOME_DIR/app
ENV GREETING='"hello"'
WORKDIR /srv
COPY app.py .
USER 5
CMD ["python", "app.py"]
