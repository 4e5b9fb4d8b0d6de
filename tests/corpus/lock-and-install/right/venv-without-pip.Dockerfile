FROM python:3.14-slim AS build
COPY requirements.txt /
RUN python -m venv --without-pip /srv/.venv && pip --python /srv/.venv install -r /requirements.txt

FROM python:3.14-slim
WORKDIR /srv
COPY --from=build /srv/.venv /srv/.venv
ENV PATH=/srv/.venv/bin:$PATH
COPY . .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "app:app"]
