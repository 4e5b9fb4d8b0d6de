from python:3.14 as common
workdir /srv
from common as builder
run python -m venv /venv
copy requirements.txt .
run /venv/bin/pip install -r requirements.txt
from common
env PATH=/venv/bin:$PATH
copy --from=builder /venv /venv
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
