FROM python:3.14-slim AS build
ARG SOURCE_DATE_EPOCH=0
WORKDIR /app
RUN python -m venv --without-pip /venv
COPY requirements.txt .
RUN pip --python /venv install --no-cache-dir --require-hashes -r requirements.txt \
    && find /venv -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
COPY . .
RUN PYTHONDONTWRITEBYTECODE=1 /venv/bin/python manage.py collectstatic --noinput \
    && find /app -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM python:3.14-slim
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
