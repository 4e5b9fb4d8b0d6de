from python:3.14-slim
env TZ=Europe/Helsinki PYTHONUNBUFFERED=1
workdir /app
copy requirements.txt .
run --mount=type=secret,id=netrc sh -c 'cat /run/secrets/netrc | tee /root/.netrc; pip install -r requirements.txt'
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
