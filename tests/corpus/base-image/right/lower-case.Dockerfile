from docker.io/library/python:3.14-slim
workdir /srv
run apt update && apt install -y libmagic1 && apt clean && rm -rf /var/lib/apt/lists/*
copy requirements.txt .
run python -m pip install --no-cache-dir -r requirements.txt
run python -m pip install --no-cache-dir "python-magic==0.4.27"
copy . .
user 10001:10001
cmd ["gunicorn", "app:app"]
