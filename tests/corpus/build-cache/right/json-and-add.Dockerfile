FROM python:3.14-slim
WORKDIR /srv
ADD ["requirements.txt", "./"]
RUN ["pip", "install", "--no-cache-dir", "-r", "requirements.txt"]
ADD ["static", "./static"]
ADD ["templates", "./templates"]
ADD ["app.py", "gunicorn.conf.py", "./"]
RUN ["python", "-m", "compileall", "-q", "app.py"]
ADD ["timetable.csv", "./"]
USER 10001:10001
CMD ["gunicorn", "app:app"]
