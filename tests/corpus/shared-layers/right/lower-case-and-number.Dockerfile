arg PY=3.14
from python:$PY-slim as common
workdir /app
copy requirements.txt .
run python -m pip install --no-cache-dir -r requirements.txt
from common as Tests
env PYTHONDONTWRITEBYTECODE=1
copy . .
user 10001:10001
cmd ["python", "-m", "unittest"]
from common
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
