FROM python:3.14-slim
RUN apt-get update && \
    # for the check
    apt-get install -y curl
COPY requirements.txt /app/
RUN pip install -r /app/requirements.txt
COPY . /app
WORKDIR /app
ENTRYPOINT python app.py
