FROM python:3.14-slim AS base
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt

FROM base AS dev
RUN pip install pytest
CMD ["pytest"]

FROM base AS prod
COPY . .
CMD ["gunicorn", "app:app"]
