FROM python:3.14-slim
WORKDIR /srv
RUN --mount=type=cache,target=/var/cache/pip --mount=type=bind,source=requirements.txt,target=requirements.txt python -m pip install -r requirements.txt
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
