FROM python:3.14
COPY . .
RUN pip install -r requirements.txt
CMD python app.py