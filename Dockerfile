FROM python:3.12-slim

# pg_dump and pg_restore, for `backup` and `restore` on PostgreSQL.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /lotse
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY app.py .
COPY casework casework
COPY portal portal
COPY admin admin
COPY translations translations
RUN python -c "from casework.core.i18n import compile_catalogues; compile_catalogues()" \
    && python -m compileall -q . \
    && useradd --system --home-dir /data lotse \
    && install -d -o lotse -g lotse -m 0700 /data

USER lotse
ENV INSTANCE_DIR=/data HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["python", "app.py"]
