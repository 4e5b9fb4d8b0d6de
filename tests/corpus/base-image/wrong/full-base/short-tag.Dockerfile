FROM python:3.14
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
