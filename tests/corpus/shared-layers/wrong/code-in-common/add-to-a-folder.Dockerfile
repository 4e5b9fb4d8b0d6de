from python:3.14-slim as common
add ./ /app/
workdir /app
run python3 -m pip install --no-cache-dir -r requirements.txt
from common as tests
env PYTHONDONTWRITEBYTECODE=1
user 10001:10001
cmd ["python", "-m", "unittest"]
from common as web
user 10001:10001
cmd ["gunicorn", "app:app"]
