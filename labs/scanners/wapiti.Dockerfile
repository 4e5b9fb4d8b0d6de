FROM python:3.14-slim AS build
COPY requirements.txt .
# Behind a private CA the builder hands in pip's settings; they stay out of the image.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m venv /opt/wapiti \
 && /opt/wapiti/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.14-slim
RUN useradd --uid 10001 --create-home wapiti
COPY --from=build /opt/wapiti /opt/wapiti
ENV PATH="/opt/wapiti/bin:$PATH"
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["wapiti"]
