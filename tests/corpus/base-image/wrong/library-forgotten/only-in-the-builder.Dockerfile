FROM python:3.14-slim AS build
RUN apt-get update && apt-get install -y libmagic1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt
RUN /venv/bin/pip install python-magic==0.4.27

FROM python:3.14-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /srv
COPY . .
USER 10001:10001
CMD ["gunicorn", "app:app"]
