from python:3.14-slim as build
arg SOURCE_DATE_EPOCH
run ["python", "-m", "venv", "--without-pip", "/venv"]
add requirements.txt /
run ["pip", "--python", "/venv", "install", "--no-cache-dir", "--require-hashes", "-r", "/requirements.txt"]
workdir /timetable
add . .
run python -m compileall -q app.py; find /venv /timetable -exec touch -h --date=@$SOURCE_DATE_EPOCH '{}' +

from python:3.14-slim
copy --from=build /venv /venv
copy --from=build /timetable /timetable
WORKDIR /timetable
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
