FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV APP_ENV=production FLASK_RUN_HOST=0.0.0.0 FLASK_DEBUG=0
COPY --chmod=755 <<EOF /serve
#!/bin/sh
exec flask run --port 8000
EOF
USER 10001:10001
ENTRYPOINT ["/serve"]
