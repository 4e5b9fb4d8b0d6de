# syntax=docker/dockerfile:1
FROM python:3.14-slim AS build
ARG SOURCE_DATE_EPOCH
WORKDIR /timetable
COPY requirements.txt .
RUN python3 -m venv --without-pip /venv \
 && pip --python /venv install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN python3 -m compileall -q app.py \
 && find /venv /timetable -print0 | xargs -0 touch -h -d "@$SOURCE_DATE_EPOCH"

FROM python:3.14-slim
COPY --from=build /venv /venv
COPY --from=build /timetable /timetable
WORKDIR /timetable
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
