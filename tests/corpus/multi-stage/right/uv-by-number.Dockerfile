FROM python:3.14
WORKDIR /srv
RUN pip install --no-cache-dir uv && uv venv /srv/.venv
COPY requirements.txt .
RUN VIRTUAL_ENV=/srv/.venv uv pip install --no-cache -r requirements.txt

FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
COPY --from=0 /srv/.venv /srv/.venv
ENV PATH=/srv/.venv/bin:$PATH
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
