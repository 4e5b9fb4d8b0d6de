FROM python:3.14-slim
ARG SOURCE_DATE_EPOCH
WORKDIR /timetable
ADD requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
ADD . ./
RUN python -m compileall -q app.py
RUN find /timetable /usr/local/lib -newer requirements.txt -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
