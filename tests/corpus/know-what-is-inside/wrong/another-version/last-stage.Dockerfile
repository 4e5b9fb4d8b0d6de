FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN pip install --no-cache-dir click==8.1.8
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
ARG SOURCE REVISION CREATED
LABEL org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$CREATED
