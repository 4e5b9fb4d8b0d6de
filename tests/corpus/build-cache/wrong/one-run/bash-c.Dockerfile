FROM python:3.14-slim
WORKDIR /srv
ADD ["requirements.txt", "app.py", "gunicorn.conf.py", "./"]
RUN ["/bin/bash", "-ec", "python -m pip install -r requirements.txt; python -m compileall app.py"]
COPY static static
COPY templates templates
COPY timetable.csv .
USER 10001:10001
CMD ["gunicorn", "app:app"]
