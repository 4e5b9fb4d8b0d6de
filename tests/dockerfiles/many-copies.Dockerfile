FROM python:3.14-slim
WORKDIR /app
# Its parts.
COPY web ./web
COPY app.py manage.py ./
COPY requirements.txt ./
RUN pip install -r requirements.txt
CMD ["python", "app.py"]
