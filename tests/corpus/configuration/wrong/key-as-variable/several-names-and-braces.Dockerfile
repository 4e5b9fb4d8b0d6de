FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=secret,id=netrc,target=/root/.netrc pip install --no-cache-dir -r requirements.txt
COPY . .
ARG SECRET_KEY=unset
ENV TZ=Europe/Helsinki \
    SECRET_KEY="${SECRET_KEY}" \
    PYTHONUNBUFFERED=1
USER 10001:10001
CMD ["gunicorn", "app:app"]
