ARG BASE=python:3.14
FROM $BASE
COPY app.py .
CMD ["python", "app.py"]
