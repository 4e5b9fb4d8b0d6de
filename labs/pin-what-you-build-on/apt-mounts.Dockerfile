FROM python:3.14-slim
ARG SOURCE_DATE_EPOCH=0
RUN --mount=type=tmpfs,target=/tmp \
    --mount=type=tmpfs,target=/var/cache \
    --mount=type=tmpfs,target=/var/lib/apt \
    --mount=type=tmpfs,target=/var/log \
    touch /tmp/before \
    && apt-get update \
    && apt-get install -y --no-install-recommends libpq5 \
    && find / -xdev -newer /tmp/before -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
WORKDIR /srv
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "http.server", "8000"]
