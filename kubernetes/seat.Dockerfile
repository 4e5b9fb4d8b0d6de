# A learner's server in a pod: the toolkit, the labs and the built site. The engine is another
# container of the pod. The context is the project, with its site: docs/class-on-kubernetes.md.
FROM python:3.14-slim AS builder
RUN python -m venv --without-pip /opt/docker-advices
WORKDIR /build
COPY requirements/seat.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/docker-advices install --require-hashes -r seat.txt
COPY pyproject.toml PYPI.md ./
COPY labs/bases labs/bases
COPY labs/scanners labs/scanners
COPY src src
RUN pip --python /opt/docker-advices install --no-index --no-deps --no-build-isolation .

FROM python:3.14-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends docker-buildx docker-cli \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/docker-advices/bin:$PATH HOME=/srv/learner PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/docker-advices
COPY --from=builder /opt/docker-advices /opt/docker-advices
COPY mkdocs.yml ./
COPY labs labs
COPY notebooks notebooks
COPY docs docs
COPY site site
# No name and no group of root's: Kubernetes checks the number.
USER 10001:10001
EXPOSE 8888
CMD ["python", "-m", "jupyterhub.singleuser"]
