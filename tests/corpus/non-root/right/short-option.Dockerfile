from python:3.14-slim
workdir /srv
copy requirements.txt .
run python -m pip install -r requirements.txt
copy . .
user 65534:65534
entrypoint ["gunicorn"]
cmd ["-p", "/dev/shm/p", "app:app"]
