FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-compile --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
