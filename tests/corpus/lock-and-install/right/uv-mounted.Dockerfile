FROM python:3.14-slim AS tools
RUN pip install uv

FROM python:3.14-slim
WORKDIR /srv
RUN --mount=type=bind,from=tools,source=/usr/local/bin/uv,target=/usr/bin/uv \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    uv pip install --system --compile-bytecode --no-cache --require-hashes -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
