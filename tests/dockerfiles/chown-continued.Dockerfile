FROM python:3.14-slim AS builder
COPY requirements.txt /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r /requirements.txt

FROM python:3.14-slim
ARG OWNER=web
RUN useradd --system web
COPY --from=builder --chown=web /venv /venv
COPY \
  # Nobody else reads it.
  --chown=$OWNER:$OWNER \
  # --chown=old
  app.py web /srv/
add --chown=33 ["README.md", "/srv/"]
USER root
ENTRYPOINT ["/venv/bin/python", "/srv/app.py"]
