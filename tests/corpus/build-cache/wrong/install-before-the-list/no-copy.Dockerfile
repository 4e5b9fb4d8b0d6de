FROM python:3.14-slim
WORKDIR /srv
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["gunicorn", "app:app"]
