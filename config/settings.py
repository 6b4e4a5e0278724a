"""All settings, from the environment. A clone runs without any; bad values are refused with the fix."""

import json
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .version import BASE_DIR, VERSION

env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")


def typed(name: str, read: Any, default: Any, example: str) -> Any:
    """Read one setting; a value of the wrong type stops the start with a sentence that names the fix."""
    try:
        return read(name, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name} has an unusable value; write for example {name}={example}") from error


def flag(name: str, default: bool) -> bool:
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name}={value} is not a switch; write {name}=True or {name}=False")
    return value in {"true", "1", "yes", "on"}


def whole(name: str, default: int, minimum: int = 0) -> int:
    value: int = typed(name, env.int, default, str(default))
    if value < minimum:
        raise ImproperlyConfigured(f"{name}={value} is too small; the least is {minimum}")
    return value


def seconds(name: str, default: float) -> float:
    value: float = typed(name, env.float, default, str(default))
    if value <= 0:
        raise ImproperlyConfigured(f"{name}={value} is not a duration; write seconds above 0")
    return value


def json_list(name: str) -> list[dict[str, Any]]:
    """Read a JSON list of objects, as RTCPeerConnection's ``iceServers`` wants it."""
    example = '[{"urls": "stun:stun.example.org:3478"}]'
    try:
        value = json.loads(env.str(name, default="[]") or "[]")
    except json.JSONDecodeError as error:
        raise ImproperlyConfigured(f"{name} is not JSON; write for example {name}={example}") from error
    if not isinstance(value, list) or not all(isinstance(item, dict) and "urls" in item for item in value):
        raise ImproperlyConfigured(f"{name} must be a list of objects with urls; write for example {name}={example}")
    return value


def stored_secret(path: Path) -> str:
    """Return the key kept in ``path``; make it at the first start so that sessions survive a restart."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


# --- Where things are ---------------------------------------------------------------------------

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
DEBUG = flag("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", default="") or stored_secret(VAR_DIR / "secret_key")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters; write a long random one")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_NAME = env.str("SITE_NAME", default="Showroom")

# --- Applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "accounts",
    "rooms",
    "workers",
    "processors",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'showroom.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers and the one writer do not block each other; a busy writer is waited for.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"

# --- Redis: empty means embedded mode, one process for everything ----------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED = not REDIS_URL

# --- Accounts -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
INVITATION_DAYS = whole("INVITATION_DAYS", 7, minimum=1)
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
GUESTS_ALLOWED = flag("GUESTS_ALLOWED", False)

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- Media and signalling -------------------------------------------------------------------------

ICE_SERVERS = json_list("ICE_SERVERS")
WORKER_ICE_SERVERS = json_list("WORKER_ICE_SERVERS")
WEBSOCKET_MESSAGE_BYTES = whole("WEBSOCKET_MESSAGE_BYTES", 128 * 1024, minimum=1024)
WEBSOCKET_HARD_LIMIT_BYTES = whole("WEBSOCKET_HARD_LIMIT_BYTES", 1024 * 1024, minimum=1024)
SDP_BYTES = whole("SDP_BYTES", 64 * 1024, minimum=1024)
MESSAGES_PER_SECOND = whole("MESSAGES_PER_SECOND", 20, minimum=1)
MESSAGE_BURST = whole("MESSAGE_BURST", 40, minimum=1)
CONNECT_DEADLINE_SECONDS = seconds("CONNECT_DEADLINE_SECONDS", 15)
REQUEST_DEADLINE_SECONDS = seconds("REQUEST_DEADLINE_SECONDS", 10)
IDLE_SECONDS = seconds("IDLE_SECONDS", 30)
RESUME_WINDOW_SECONDS = seconds("RESUME_WINDOW_SECONDS", 120)
HEARTBEAT_SECONDS = seconds("HEARTBEAT_SECONDS", 1)
WORKER_TTL_SECONDS = seconds("WORKER_TTL_SECONDS", 3)
SESSIONS_PER_USER = whole("SESSIONS_PER_USER", 4, minimum=1)
SESSIONS_PER_WORKER = whole("SESSIONS_PER_WORKER", 8, minimum=1)
WORKER_HTTP_PORT = whole("WORKER_HTTP_PORT", 0)
MAX_BODY_BYTES = whole("MAX_BODY_BYTES", 8 * 1024 * 1024, minimum=1024)
PARAMETER_FILE_BYTES = whole("PARAMETER_FILE_BYTES", 2 * 1024 * 1024, minimum=1024)

SHOWROOM_VERSION = VERSION
