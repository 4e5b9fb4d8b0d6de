FROM python:3.14-slim
WORKDIR /srv
RUN apt-get update -qq \
    && apt-get install -qq --no-install-recommends file \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/root/.cache pip install uv
COPY requirements.txt .
RUN uv pip install --system --no-cache -r requirements.txt
RUN uv pip install --system --no-cache python-magic==0.4.27
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
