from python:3.14
workdir /srv
run apt-get update && apt-get install -y build-essential
copy requirements requirements
run pip install -r requirements/prod.txt
copy . .
cmd ["python", "app.py"]
