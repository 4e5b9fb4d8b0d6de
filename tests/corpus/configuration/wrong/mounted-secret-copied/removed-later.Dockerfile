FROM python:3.14-slim
ENV TZ=Europe/Helsinki PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=secret,id=netrc install -m 600 /run/secrets/netrc /root/.netrc
RUN pip install --no-cache-dir -r requirements.txt
RUN rm /root/.netrc
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
