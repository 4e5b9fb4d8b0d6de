FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
COPY .netrc /root/.netrc
RUN pip install --no-cache-dir -r requirements.txt && rm /root/.netrc
COPY app.py .
USER 10001:10001
CMD ["gunicorn", "app:app"]
