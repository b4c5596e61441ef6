ARG BASE=docker.io/airbyte/python-connector-base:4.1.1@sha256:a268b44c733ae699a60f5fbc06a324945dba98945c6e2ab7f8609f2f895b0d28

FROM ${BASE} AS builder
WORKDIR /build
# A virtual environment of its own, without pip: what the base image brings for building stays out of the connector's way.
RUN python -m venv --without-pip /opt/source-cryptocom
COPY requirements.lock ./
RUN python -m pip --python /opt/source-cryptocom/bin/python install --no-cache-dir --no-compile --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY source_cryptocom ./source_cryptocom
# The base image's poetry-core builds the package, so nothing unpinned is fetched.
RUN python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /build/wheel . \
    && python -m pip --python /opt/source-cryptocom/bin/python install --no-cache-dir --no-compile --no-deps /build/wheel/*.whl \
    && find /opt/source-cryptocom/lib -type d -name tests -prune -exec rm -r {} + \
    && /opt/source-cryptocom/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/source-cryptocom/lib

FROM ${BASE}
WORKDIR /airbyte/integration_code
COPY --from=builder /opt/source-cryptocom /opt/source-cryptocom
COPY main.py ./
# The log file that the option `log` asks for is written here.
RUN chown airbyte:airbyte .
# The Airbyte CDK opens a temporary directory in every run. /dev/shm stays writable when the root file system is not.
ENV PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/dev/shm \
    AIRBYTE_ENTRYPOINT="/opt/source-cryptocom/bin/python /airbyte/integration_code/main.py"
LABEL io.airbyte.name=airbyte/source-cryptocom \
      io.airbyte.version=0.2.0 \
      org.opencontainers.image.title=source-cryptocom \
      org.opencontainers.image.licenses=MIT
USER airbyte
ENTRYPOINT ["/opt/source-cryptocom/bin/python", "/airbyte/integration_code/main.py"]
