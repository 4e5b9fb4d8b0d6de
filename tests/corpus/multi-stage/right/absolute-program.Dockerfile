from python:3.14 as Builder
run python3 -m venv /opt/env
copy requirements.txt .
run ["/opt/env/bin/pip", "install", "-r", "requirements.txt"]
from python:3.14-slim
run apt update && apt install -y libmariadb3 && rm -rf /var/lib/apt/lists/*
copy --from=builder /opt/env /opt/env
workdir /srv
copy . .
user 10001:10001
cmd ["/opt/env/bin/gunicorn", "app:app"]
