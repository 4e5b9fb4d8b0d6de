# escape=`
FROM python:3.14-slim
RUN apt-get update && `
    apt-get install -y curl
COPY . .
RUN pip install `
    -r requirements.txt
CMD python app.py
