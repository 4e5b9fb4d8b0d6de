from python:3.14-slim as deps
workdir /src
copy ./ ./
run python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt

from python:3.14-slim
workdir /srv
env PATH=/venv/bin:$PATH
copy --from=deps /venv /venv
copy . .
run python -m compileall -q app.py
user 10001:10001
cmd ["gunicorn", "app:app"]
