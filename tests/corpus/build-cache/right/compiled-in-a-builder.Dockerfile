FROM python:3.14-slim AS packages
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

FROM packages AS code
COPY static static
COPY templates templates
COPY app.py gunicorn.conf.py ./
RUN python -m compileall -q app.py

FROM packages
COPY --from=code /srv /srv
COPY timetable.csv .
USER 10001:10001
CMD ["gunicorn", "app:app"]
