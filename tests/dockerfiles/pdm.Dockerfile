FROM python:3.14-slim
RUN pip install -U pdm
ENV PDM_CHECK_UPDATE=false
COPY . /project
WORKDIR /project
RUN pdm install --check --prod --no-editable
CMD ["pdm", "run", "app.py"]
