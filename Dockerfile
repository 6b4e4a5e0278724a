# One image for the web process and for media workers; the command decides.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_PREFERENCE=only-system \
    VAR_DIR=/var/lib/showroom

WORKDIR /srv/showroom

# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock ./
RUN pip install --no-cache-dir "uv>=0.9,<1" \
 && uv sync --locked --no-dev --no-cache \
 && useradd --system --home-dir /var/lib/showroom --create-home showroom

COPY . .

USER showroom
VOLUME /var/lib/showroom
EXPOSE 8000

# Media workers have no page; their service says how to ask them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD [".venv/bin/python", "deploy/healthcheck.py", "http://127.0.0.1:8000/healthz"]

CMD [".venv/bin/python", "manage.py", "serve"]
