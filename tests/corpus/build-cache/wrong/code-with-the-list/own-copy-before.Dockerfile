FROM python:3.14-slim
WORKDIR /srv
COPY *.py ./
COPY requirements.txt ./
RUN pip3 install --no-cache-dir -r requirements.txt
RUN python -m compileall -q app.py
COPY static static
COPY templates templates
COPY timetable.csv .
USER 10001:10001
CMD ["gunicorn", "app:app"]
