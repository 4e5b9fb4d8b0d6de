FROM python:3.14-slim
COPY <<'START' /start.sh
#!/bin/sh
# FROM here on it is shell.
python manage.py migrate
python app.py
START
COPY --chmod=755 <<"CONF" /etc/app.conf
USER root
CONF
COPY . /app
WORKDIR /app
RUN pip install -r requirements.txt
CMD ["sh", "/start.sh"]
