FROM python:3.14 AS full
RUN pip --version
FROM python:3.14-slim
COPY --from=full /usr/lib/x86_64-linux-gnu/libmagic.so.1 /usr/lib/x86_64-linux-gnu/
COPY --from=full /usr/lib/file/magic.mgc /usr/lib/file/magic.mgc
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir python-magic==0.4.27
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
