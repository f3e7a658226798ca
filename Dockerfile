# slackguide from Debian's Python and the versions of requirements.lock. scripts/fresh-machine --image runs these steps in a
# bare Debian system; scripts/dockerfile_steps.py knows the instructions that are used here.
FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/slackguide
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY src ./src
RUN python3 -m venv --without-pip /opt/venv \
    && python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes -r requirements.lock \
    && python3 -m pip --python /opt/venv/bin/python install --no-index --no-deps --no-build-isolation . \
    && rm -rf src build
COPY knowledge /knowledge

RUN useradd --system --uid 10001 --home-dir /var/lib/slackguide --create-home --shell /usr/sbin/nologin slackguide
ENV PATH=/opt/venv/bin:/usr/bin:/bin
ENV PYTHONUNBUFFERED=1
ENV SLACKGUIDE_HOME=/var/lib/slackguide
ENV SLACKGUIDE_KNOWLEDGE=/knowledge
ENV LOG_FORMAT=json
WORKDIR /var/lib/slackguide
USER slackguide
VOLUME /var/lib/slackguide
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 3000)}/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["slackguide", "serve"]
