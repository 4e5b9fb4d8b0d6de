FROM python:3.14-slim AS tools
RUN pip install uv

FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN --mount=from=tools,source=/usr/local/bin/uv,target=/usr/bin/uv uv pip install --system --compile-bytecode -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
