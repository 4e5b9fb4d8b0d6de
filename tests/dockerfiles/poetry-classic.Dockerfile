FROM python:3.14
ENV POETRY_VERSION=2.1 \
    POETRY_VIRTUALENVS_CREATE=false
RUN pip install "poetry==$POETRY_VERSION"
WORKDIR /code
COPY . /code
RUN poetry install --no-interaction --no-ansi
CMD poetry run gunicorn app:app
