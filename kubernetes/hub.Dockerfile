# Z2JH's hub with the toolkit. HUB is the image that your version of Z2JH names: it decides which
# JupyterHub runs. `pip check` ends the build where the two do not go together.
ARG HUB
FROM ${HUB}
# The servers of seats have this major version: requirements/seat.txt.
ARG JUPYTERHUB_MAJOR=5
RUN python -c "import sys, jupyterhub as j; sys.exit(0 if j.version_info[0] == ${JUPYTERHUB_MAJOR} \
    else f'HUB has JupyterHub {j.__version__}, and seats have ${JUPYTERHUB_MAJOR}')"
USER 0
WORKDIR /srv/docker-advices
COPY requirements/hub-image.txt /tmp/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --require-hashes -r /tmp/hub-image.txt && rm /tmp/hub-image.txt
# What the trainer's page shows: exercises and agendas.
COPY mkdocs.yml ./
COPY labs labs
COPY docs docs
COPY pyproject.toml PYPI.md /build/
COPY src /build/src
RUN mkdir -p /build/labs && cp -R labs/bases labs/scanners /build/labs/ \
    && pip install --no-index --no-deps --no-build-isolation /build && pip check && rm -rf /build
# Z2JH's own account, and its folder.
USER 1000:1000
WORKDIR /srv/jupyterhub
