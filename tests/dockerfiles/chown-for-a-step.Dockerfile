FROM python:3.14-slim
RUN useradd app
COPY --chown=app . /app/
WORKDIR /app
USER app
RUN python manage.py collectstatic
USER root
CMD ["python", "app.py"]
