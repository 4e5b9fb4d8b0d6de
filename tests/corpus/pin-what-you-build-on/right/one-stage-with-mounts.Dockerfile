# syntax=docker/dockerfile:1
FROM python:3.14-slim
ARG SOURCE_DATE_EPOCH
# Nothing else changes: pip's scratch folder is a mount, /mnt is there before, and Python writes no cache.
# Each step gives /etc a new time: the builder mounts its own /etc/resolv.conf.
RUN --mount=type=bind,target=/mnt --mount=type=tmpfs,target=/tmp \
    export PYTHONDONTWRITEBYTECODE=1 \
    && python -m venv --without-pip /venv \
    && pip --python /venv install --no-cache-dir --require-hashes -r /mnt/requirements.txt \
    && mkdir /timetable \
    && cd /mnt && cp -r static templates app.py gunicorn.conf.py timetable.csv /timetable \
    && python -m compileall -q /timetable/app.py \
    && find /venv /timetable -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} + \
    && touch --date="@$SOURCE_DATE_EPOCH" /etc
WORKDIR /timetable
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
