FROM python:3.14-alpine
WORKDIR /srv
RUN ["apt-get", "update"]
RUN ["apt-get", "install", "-y", "libmagic1"]
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
COPY . .
CMD ["gunicorn", "app:app"]
