FROM python:3.14-slim
WORKDIR /srv
COPY uv.txt requirements.txt ./
RUN python3 -m pip install --no-cache-dir -r uv.txt && uv pip install --system --no-cache --compile-bytecode -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
