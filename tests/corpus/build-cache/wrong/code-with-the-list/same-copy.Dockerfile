FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt app.py ./
RUN pip install --no-cache-dir -r requirements.txt
COPY static static
COPY templates templates
COPY gunicorn.conf.py .
RUN python -m compileall -q app.py
COPY timetable.csv .
USER 10001:10001
CMD ["gunicorn", "app:app"]
