FROM python:3.14-slim
RUN groupadd -g 999 app && useradd -r -u 999 -g app app
WORKDIR /srv/app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
# It may write here.
RUN chown -R app:app /srv/app
USER app
CMD ["python", "app.py"]
