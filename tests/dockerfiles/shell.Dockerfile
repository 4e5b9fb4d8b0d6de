FROM python:3.14-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update
RUN apt-get install -y --no-install-recommends curl
# Nothing is served before the tables are there.
CMD python manage.py migrate && gunicorn app:app
