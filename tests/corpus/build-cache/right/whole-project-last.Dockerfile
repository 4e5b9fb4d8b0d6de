FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py .
RUN python -m compileall -q app.py
USER 10001:10001
COPY . .
CMD ["gunicorn", "app:app"]
