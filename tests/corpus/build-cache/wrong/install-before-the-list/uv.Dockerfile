from python:3.14-slim
workdir /srv
run pip install uv
run <<EOF
uv pip install --system -r requirements.txt
EOF
copy . .
cmd ["gunicorn", "app:app"]
