FROM python:3.14-slim
WORKDIR /srv
COPY static static
COPY templates templates
COPY requirements.txt ./
COPY *.py ./
RUN <<EOF
set -e
pip install --no-cache-dir -r requirements.txt
python3 -m compileall -q app.py
EOF
COPY timetable.csv .
USER 10001:10001
CMD ["gunicorn", "app:app"]
