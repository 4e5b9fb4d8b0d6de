from python:3.14-slim
env TZ=Europe/Helsinki PYTHONUNBUFFERED=1
workdir /app
copy . .
run pip install --no-cache-dir -r requirements.txt
arg SECRET_KEY
env SECRET_KEY ${SECRET_KEY:-none}
user 10001:10001
cmd ["gunicorn", "app:app"]
