FROM python:3.14-slim AS packages
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
FROM packages
WORKDIR /srv
COPY *.csv ./
COPY static static
COPY templates templates
COPY app.py gunicorn.conf.py ./
RUN python -m compileall -q app.py
USER 10001:10001
CMD ["gunicorn", "app:app"]
