from docker.io/python:3.14-alpine as base
workdir /srv
run apt update && apt install -y libmagic1
copy requirements.txt .
run pip install --no-cache-dir -r requirements.txt
run pip install --no-cache-dir python-magic==0.4.27
copy . .
cmd ["gunicorn", "app:app"]
