FROM python:3.14-slim
RUN set -ex; rm -fr /var/lib/dpkg/*; rm -rf /var/lib/apt
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
ARG SOURCE REVISION CREATED
LABEL org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$CREATED
