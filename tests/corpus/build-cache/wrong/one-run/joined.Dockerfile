FROM python:3.14-slim
WORKDIR /srv
COPY static static
COPY templates templates
COPY requirements.txt app.py gunicorn.conf.py ./
RUN pip install --no-cache-dir -r requirements.txt && python -m compileall -q app.py
COPY timetable.csv .
USER 10001:10001
CMD ["gunicorn", "app:app"]
