FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY static static
COPY templates templates
COPY app.py gunicorn.conf.py ./
RUN python -m compileall -q app.py
COPY timetable.csv .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
