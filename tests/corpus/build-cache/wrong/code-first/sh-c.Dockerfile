FROM python:3.14-slim
WORKDIR /srv
COPY --chown=root:root . .
RUN ["sh", "-c", "python -m pip install --no-cache-dir -r requirements.txt"]
RUN python -m compileall -q app.py
USER 10001:10001
CMD ["gunicorn", "app:app"]
