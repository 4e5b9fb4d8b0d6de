FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV STOP_NAME="Market Street"
COPY --chmod=755 <<EOF /usr/local/bin/serve
#!/bin/sh
set -e
python3 -m compileall -q /app
exec gunicorn app:app
EOF
ENTRYPOINT ["serve"]
