FROM python:3.14-slim AS build
ARG SOURCE_DATE_EPOCH
WORKDIR /timetable
RUN python -m venv --without-pip /venv
COPY requirements.txt .
RUN pip --python /venv install --no-cache-dir --require-hashes -r requirements.txt
COPY static static
COPY templates templates
COPY app.py gunicorn.conf.py timetable.csv ./
RUN python -m compileall -q app.py
RUN find /venv /timetable -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM python:3.14-slim
COPY --from=build /timetable /timetable
WORKDIR /timetable
COPY --from=build /venv .
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
