FROM python:3.14-slim
ENV TZ=Europe/Helsinki PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
ARG INDEX_TOKEN
RUN echo "machine packages.example.com login ci password $INDEX_TOKEN" > /root/.netrc \
 && pip install --no-cache-dir -r requirements.txt \
 && rm /root/.netrc
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
