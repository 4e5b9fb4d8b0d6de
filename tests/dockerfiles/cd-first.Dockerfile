FROM python:3.14-slim
COPY . /srv
RUN cd /srv && pip install -r requirements.txt
WORKDIR /srv
CMD cd /srv && python app.py
