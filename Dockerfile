# Longplay in a container: not root, nothing but /data and /tmp is ever written.
#   docker build -t longplay .
#   docker run --read-only --tmpfs /tmp -v longplay:/data -e DISCORD_TOKEN=… longplay
FROM python:3.14-slim AS build
WORKDIR /longplay
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.8
COPY pyproject.toml uv.lock README.md ./
# The libraries first: they change less often than the code.
RUN uv sync --locked --no-dev --no-install-project --no-cache
COPY bot bot
COPY cogs cogs
COPY db db
COPY migrations migrations
RUN uv sync --locked --no-dev --no-editable --compile-bytecode --no-cache

FROM python:3.14-slim
# The embedded PostgreSQL runs as whoever starts it, and refuses to be root.
RUN useradd --uid 10001 --create-home --home-dir /data longplay
COPY --from=build --chown=root:root /longplay /longplay
ENV PATH=/longplay/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    LONGPLAY_DATA=/data LONGPLAY_STATUS_PORT=8911
WORKDIR /longplay
USER 10001
VOLUME /data
EXPOSE 8910 8911
# A stop finishes what is being performed; that takes up to five seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8911/health', timeout=3)"]
ENTRYPOINT ["longplay"]
CMD ["run"]
