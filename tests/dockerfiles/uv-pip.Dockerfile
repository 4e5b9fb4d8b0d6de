FROM python:3.14
RUN pip install uv
WORKDIR /app
COPY ./ ./
# Into the image's own Python.
RUN uv pip install --system -r requirements.txt
ENTRYPOINT ["python", "app.py"]
