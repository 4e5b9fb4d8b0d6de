FROM python:3.14-slim
WORKDIR /app
COPY --chown=1000:1000 . .
RUN python manage.py check --help
# Packages.
RUN pip install -r requirements.txt
USER 1000:1000
CMD ["python", "app.py"]
