FROM python:3.14-slim
WORKDIR /srv
RUN --mount=type=cache,target=/root/.cache --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt <<EOF
set -e
python -m pip install --requirement /tmp/requirements.txt
EOF
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
