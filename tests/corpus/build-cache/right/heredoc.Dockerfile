from python:3.14-slim
workdir /srv
copy requirements.txt .
run <<EOF
set -e
pip install --no-cache-dir -r requirements.txt
pip check
EOF
copy --chmod=755 <<'EOF' /usr/local/bin/note
#!/bin/sh
# COPY . . before pip install would install again
echo pip install
EOF
copy static static
copy templates templates
copy app.py gunicorn.conf.py ./
run python -m compileall -q app.py
copy timetable.csv .
user 10001:10001
cmd ["gunicorn", "app:app"]
