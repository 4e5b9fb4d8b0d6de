from python:3.14-alpine
workdir /srv
run pip install --no-cache-dir uv
copy requirements.txt .
run ["uv", "pip", "install", "--system", "-r", "requirements.txt"]
run ["uv", "pip", "install", "--system", "python-magic==0.4.27"]
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
