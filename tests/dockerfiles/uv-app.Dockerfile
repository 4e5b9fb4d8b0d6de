FROM python:3.14-slim
RUN pip install --no-cache-dir uv==0.9.0
WORKDIR /srv/app
# The app and its lock file.
COPY . /srv/app
RUN uv sync --locked --no-dev --no-cache
ENV PATH="/srv/app/.venv/bin:$PATH"
CMD ["gunicorn", "app:app"]
