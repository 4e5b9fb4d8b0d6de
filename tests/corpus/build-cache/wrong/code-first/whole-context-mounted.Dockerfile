FROM python:3.14-slim
WORKDIR /srv
RUN --mount=type=bind,target=/src pip install --no-cache-dir -r /src/requirements.txt
COPY . .
RUN python -m compileall -q app.py
USER 10001:10001
CMD ["gunicorn", "app:app"]
