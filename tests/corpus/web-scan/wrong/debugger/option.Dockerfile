FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV APP_ENV=production
USER 10001:10001
CMD ["flask", "run", "--debug", "--host=0.0.0.0", "--port=8000"]
