FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV APP_ENV=production
USER 10001:10001
ENTRYPOINT ["python", "-c", "import app; app.app.run('0.0.0.0', 8000, debug=True)"]
