ARG PY=3.14
ARG REGISTRY=docker.io/library/
FROM python:${PY} AS app
ARG PY
RUN echo "built with $PY"
COPY . .
RUN pip install -r requirements.txt
CMD ["python", "app.py"]
