FROM python:3.14-slim
RUN pip install pipenv
WORKDIR /usr/src/app
COPY . .
RUN pipenv install --system --deploy
CMD [ "python", "./app.py" ]
