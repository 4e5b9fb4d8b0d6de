from python:3.14-slim
workdir /app
copy requirements.txt .
copy ops/.netrc /root/
run pip install --no-cache-dir \
    # the lists
    -r requirements.txt
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
