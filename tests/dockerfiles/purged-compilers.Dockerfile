FROM python:3.14-slim
COPY requirements.txt .
RUN apt-get update && apt-get install -y gcc && pip install -r requirements.txt \
    && apt-get purge -y gcc && apt-get autoremove -y
COPY . .
CMD ["python", "app.py"]
