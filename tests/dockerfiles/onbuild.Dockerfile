FROM python:3.14
WORKDIR /app
ONBUILD COPY . .
ONBUILD RUN pip install -r requirements.txt
RUN pip install gunicorn
CMD ["gunicorn", "app:app"]
