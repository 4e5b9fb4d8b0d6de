FROM python:3.14-slim AS build
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir --target /packages -r requirements.txt

FROM python:3.14-slim
WORKDIR /srv
COPY --from=build /packages packages
ENV PYTHONPATH=/packages PATH=/packages/bin:$PATH
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
ARG SOURCE REVISION CREATED
LABEL org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$CREATED
