FROM python:3.14-slim AS build
RUN python -m venv --without-pip /venv
COPY requirements.txt .
RUN pip --python /venv install --no-compile --no-cache-dir --require-hashes -r requirements.txt
WORKDIR /timetable
COPY static static
COPY templates templates
COPY app.py gunicorn.conf.py timetable.csv ./
RUN python -m compileall -q --invalidation-mode unchecked-hash app.py
# A fixed time is as good as that of the commit.
RUN find /venv /timetable -exec touch -h -d 2026-06-01T00:00:00Z {} +

FROM python:3.14-slim
COPY --from=build /venv /venv
COPY --from=build /timetable /timetable
WORKDIR /timetable
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
