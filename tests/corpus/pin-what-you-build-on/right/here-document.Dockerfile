# syntax=docker/dockerfile:1
FROM python:3.14-slim AS build
ARG SOURCE_DATE_EPOCH=0
WORKDIR /timetable
COPY . .
RUN <<EOF
set -e
python -m venv --without-pip /venv
pip --python /venv install --no-cache-dir --require-hashes -r requirements.txt
python -m compileall -q app.py
find /venv /timetable -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
EOF

FROM python:3.14-slim
COPY --from=build /venv /venv
COPY --from=build /timetable /timetable
WORKDIR /timetable
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
