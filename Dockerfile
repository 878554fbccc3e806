# syntax=docker/dockerfile:1
# One image for web, worker, scheduler and commands. Nothing to build with is left in it, and nothing runs as root.

# --- The server's own client programs: pg_dump must not be older than the server -------------------------------------
FROM postgres:18-bookworm AS postgres

# --- Packages, pinned with hashes, into a virtual environment of their own ---------------------------------------------
FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/guildhub
COPY requirements-image.lock /tmp/
# Every package has a wheel for this image; a source that would have to be built is refused.
RUN /opt/guildhub/bin/pip install --require-hashes --no-deps --only-binary :all: -r /tmp/requirements-image.lock \
    && /opt/guildhub/bin/pip uninstall --yes pip setuptools

# --- What runs ---------------------------------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm
# The list and key of the server's packages come from the server's image: client programs of the same version.
COPY --from=postgres /usr/local/share/keyrings/postgres.gpg.asc /usr/local/share/keyrings/postgres.gpg.asc
COPY --from=postgres /etc/apt/sources.list.d/pgdg.list /etc/apt/sources.list.d/pgdg.list
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 guildhub \
    && useradd --system --uid 10001 --gid guildhub --home-dir /nonexistent --shell /usr/sbin/nologin guildhub \
    && install --directory --owner guildhub --group guildhub --mode 0700 /backups /keys

COPY --from=packages /opt/guildhub /opt/guildhub
WORKDIR /app
COPY . .
ENV PATH=/opt/guildhub/bin:/usr/lib/postgresql/18/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=guildhub.settings GUILDHUB_ENV_FILE= \
    STATIC_ROOT=/app/collected BACKUP_DIR=/backups STATE_DIR=/tmp PORT=8000
# Catalogues of other languages are compiled first: the settings ask how complete each is. Collecting asks no server for
# anything; the settings only want to be complete. None of these values is kept.
RUN python -m core.texts compile \
    && DATABASE_URL=postgresql://nobody:none@localhost/none REDIS_URL=redis://localhost EMAIL_URL=smtp://localhost \
    ALLOWED_HOSTS=localhost SECRET_KEY=only-while-static-files-are-collected-at-build \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q /app

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "guildhub.healthcheck", "web"]
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "10", "guildhub.wsgi:application"]
