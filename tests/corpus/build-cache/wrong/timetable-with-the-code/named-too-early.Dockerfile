from python:3.14-slim
workdir /srv
run --mount=type=bind,source=requirements.txt,target=r.txt pip install --no-cache-dir -r r.txt
copy static static
copy templates templates
add app.py gunicorn.conf.py timetable.csv ./
run ["python", "-m", "compileall", "-q", "app.py"]
user 10001:10001
cmd ["gunicorn", "app:app"]
