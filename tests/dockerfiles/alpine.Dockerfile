FROM python:3.14-alpine
RUN apk add gcc musl-dev
COPY . .
RUN pip install -r requirements.txt
CMD ["python", "app.py"]
