FROM node:22 AS assets
WORKDIR /web
COPY web web
RUN npm ci

FROM python:3.14 AS wheels
COPY . /src
WORKDIR /src
RUN pip wheel -w /wheels -r requirements.txt

FROM python:3.14
COPY --from=wheels /wheels /wheels
RUN pip install --no-index --find-links=/wheels flask
COPY --from=assets /web /app/web
COPY . /app
WORKDIR /app
CMD exec gunicorn app:app
