"""All settings, from the environment. A clone runs without any; bad values are refused with the fix."""

import contextlib
import ipaddress
import json
import os
import pwd
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from processors.remote.addresses import Allowed
from processors.remote.limits import LONGEST_DEADLINE_SECONDS

from .version import BASE_DIR, VERSION

TURN_URL = re.compile(r"turns?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?")
# The shared secret makes credentials: whoever guesses it has the relay.
TURN_SECRET_CHARACTERS = 16

env = environ.FileAwareEnv()
environ.Env.read_env(env.str("SETTINGS_FILE", default=str(BASE_DIR / ".env")))


def typed(name: str, read: Any, default: Any, example: str) -> Any:
    """Read one setting; a value of the wrong type stops the start with a sentence that names the fix."""
    try:
        return read(name, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{name} has an unusable value; write for example {name}={example}"
        ) from error


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
    return float(value)


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """Read one of several words; the first is the default."""
    value: str = env.str(name, default=choices[0]).strip().lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value} is none of: {', '.join(choices)}")
    return value


def json_list(name: str) -> list[dict[str, Any]]:
    """Read a JSON list of objects, as RTCPeerConnection's ``iceServers`` wants it."""
    example = '[{"urls": "stun:stun.example.org:3478"}]'
    try:
        value = json.loads(env.str(name, default="[]") or "[]")
    except json.JSONDecodeError as error:
        raise ImproperlyConfigured(f"{name} is not JSON; write for example {name}={example}") from error
    if not isinstance(value, list) or not all(isinstance(item, dict) and "urls" in item for item in value):
        raise ImproperlyConfigured(
            f"{name} must be a list of objects with urls; write for example {name}={example}"
        )
    return value


def turn_urls(name: str) -> list[str]:
    """Read TURN addresses as browsers take them; the shape is checked, nothing is asked."""
    urls = [url.strip() for url in env.list(name, default=[]) if url.strip()]
    for url in urls:
        if not TURN_URL.fullmatch(url):
            raise ImproperlyConfigured(
                f"{name} has an unusable address {url}; write for example "
                f"{name}=turn:turn.example.org:3478?transport=udp"
            )
    return urls


def turn_url(name: str) -> str:
    """Read one TURN address, or none."""
    urls = turn_urls(name)
    if len(urls) > 1:
        raise ImproperlyConfigured(
            f"{name} has {len(urls)} addresses, but a media worker takes one; write for example {name}={urls[0]}"
        )
    return next(iter(urls), "")


def peer_networks(name: str) -> list[str]:
    """Read addresses and networks of either family, and nothing that stands for everybody."""
    entries = [entry.strip() for entry in env.list(name, default=[]) if entry.strip()]
    try:
        networks = [ipaddress.ip_network(entry, strict=False) for entry in entries]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is unusable: {error}; write for example {name}=203.0.113.9,10.0.5.0/24"
        ) from error
    if any(network.prefixlen == 0 for network in networks):
        raise ImproperlyConfigured(
            f"{name} must not stand for every address; name those of the media workers"
        )
    return entries


def ip_address(name: str) -> str:
    value = str(env.str(name, default="")).strip()
    if value:
        try:
            ipaddress.IPv4Address(value)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}={value} is not an IPv4 address; write for example {name}=203.0.113.9"
            ) from error
    return value


def host_list(name: str) -> list[str]:
    """Read names, addresses and networks, as the check of inference servers understands them."""
    entries: list[str] = [entry.strip() for entry in env.list(name, default=[])]
    try:
        Allowed.parse(entries)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is unusable: {error}; write for example {name}=models.example.org,10.0.0.0/8"
        ) from error
    return entries


def system_user(name: str, default: str) -> str:
    """Read the name of a user who exists, or nobody's; what was not set is not looked up."""
    value = str(env.str(name, default=default)).strip()
    if value and value != default:
        try:
            pwd.getpwnam(value)
        except KeyError as error:
            raise ImproperlyConfigured(
                f"{name}={value} is no user of this system; create it, or write for example {name}={default}"
            ) from error
    return value


def warm_wish(name: str, default: int) -> int | list[str] | None:
    """Return how many, which ones, or None for all."""
    said = env.str(name, default=str(default)).strip()
    if said == "all":
        return None
    if said.isdecimal() or said in {"", "none"}:
        return int(said) if said.isdecimal() else 0
    return [slug.strip() for slug in said.split(",") if slug.strip()]


def sso_form_origins(server_url: str, others: list[str]) -> list[str]:
    """Where a sign-in form may lead to: Chromium checks the redirect to the provider against form-action."""
    if not server_url:
        return []
    parts = urlsplit(server_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(
            f"SSO_OIDC_SERVER_URL={server_url} is not an address; write for example https://login.example.org"
        )
    return [f"{parts.scheme}://{parts.netloc}", *others]


def video_encoders(name: str) -> dict[str, str]:
    """Read CODEC=ENCODER, CODEC=ENCODER."""
    found = {codec.strip(): encoder.strip() for codec, encoder in env.dict(name, default={}).items()}
    if not set(found) <= {"VP8", "H264"} or not all(found.values()):
        raise ImproperlyConfigured(
            f"{name} names an encoder for VP8 or H264, as FFmpeg calls it; write for example {name}=H264=h264_nvenc"
        )
    return found


def port_range(name: str, default: str = "") -> tuple[int, int]:
    """Read FIRST-LAST; empty means any port, as (0, 0)."""
    value = env.str(name, default=default)
    if not value:
        return (0, 0)
    first, _dash, last = value.partition("-")
    if not (first.isdigit() and last.isdigit() and 1024 <= int(first) <= int(last) <= 65535):
        raise ImproperlyConfigured(
            f"{name}={value} is not a range of ports; write for example {name}=50000-50100"
        )
    return (int(first), int(last))


def stored_secret(path: Path) -> str:
    """Return the key kept in ``path``; make it at the first start so that sessions survive a restart."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        # Several processes may start together: the first key stays, whole.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()


# --- Where things are ---------------------------------------------------------------------------

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
HOST = env.str("HOST", default="127.0.0.1")
PORT = whole("PORT", 8000)
DEBUG = flag("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", default="") or stored_secret(VAR_DIR / "secret_key")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters; write a long random one")
# Former keys: they still open what they closed, while the new one takes over.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
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
    "django.forms",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "config",
    "accounts",
    "rooms",
    "workers",
    "processors",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.security_headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.language.AccountLanguageMiddleware",
    "accounts.middleware.guests.GuestsMiddleware",
    "accounts.middleware.new_password.NewPasswordMiddleware",
    "accounts.middleware.staff_mfa.StaffMfaMiddleware",
]

# Widgets of our own have their templates beside the pages.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "accounts.context_processors.site",
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
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    if EMBEDDED
    else {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Without socket_timeout=None redis-py 8 closes every idle connection after 5 s.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 2}]},
    }
}

# Sign-in throttling counts here; with several web processes they must count together.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Accounts -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
INVITATION_DAYS = whole("INVITATION_DAYS", 7, minimum=1)
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
PASSWORD_RESET_TIMEOUT = whole("PASSWORD_RESET_SECONDS", 24 * 3600, minimum=60)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
GUESTS_ALLOWED = flag("GUESTS_ALLOWED", False)
MFA_REQUIRED_FOR_STAFF = flag("MFA_REQUIRED_FOR_STAFF", not EMBEDDED)

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.InvitedSignupForm",
    "add_email": "accounts.forms.EmailForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.PasswordFromLinkForm",
    "change_password": "accounts.forms.NewPasswordForm",
    "set_password": "accounts.forms.FirstPasswordForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = ["username", "email"]
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CHANGE_EMAIL = True
# Else anybody could have us write to any address.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {
    # A whole office may sit behind one address: count strictly per account, loosely per address.
    "login_failed": "5/300s/key,60/m/ip",
    "login": "120/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = whole("TRUSTED_PROXY_COUNT", 0)
MFA_FORMS = {
    "authenticate": "accounts.code_forms.CodeForm",
    "reauthenticate": "accounts.code_forms.CodeAgainForm",
    "activate_totp": "accounts.code_forms.FirstCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
# Without a mail server nobody could confirm an address first.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Single sign-on: any OpenID Connect provider. Off unless the server's address is set.
SSO_OIDC_NAME = env.str("SSO_OIDC_NAME", default="Single sign-on")
SSO_OIDC_SERVER_URL = env.str("SSO_OIDC_SERVER_URL", default="")
SSO_OIDC_CLIENT_ID = env.str("SSO_OIDC_CLIENT_ID", default="")
SSO_OIDC_CLIENT_SECRET = env.str("SSO_OIDC_CLIENT_SECRET", default="")
SSO_SIGNUP_ALLOWED = flag("SSO_SIGNUP_ALLOWED", False)
SSO_EMAIL_DOMAINS = [domain.lower().lstrip("@") for domain in env.list("SSO_EMAIL_DOMAINS", default=[])]
# Where the provider forwards to while somebody signs in, if that is not its own address.
SSO_FORM_ORIGINS = env.list("SSO_FORM_ORIGINS", default=[])
if SSO_OIDC_SERVER_URL and not (SSO_OIDC_CLIENT_ID and SSO_OIDC_CLIENT_SECRET):
    raise ImproperlyConfigured(
        "SSO_OIDC_SERVER_URL needs SSO_OIDC_CLIENT_ID and SSO_OIDC_CLIENT_SECRET; set both"
    )
if SSO_SIGNUP_ALLOWED and not SSO_EMAIL_DOMAINS:
    raise ImproperlyConfigured(
        "SSO_SIGNUP_ALLOWED=True needs SSO_EMAIL_DOMAINS; write for example SSO_EMAIL_DOMAINS=example.org"
    )
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": SSO_OIDC_NAME,
                    "client_id": SSO_OIDC_CLIENT_ID,
                    "secret": SSO_OIDC_CLIENT_SECRET,
                    "settings": {"server_url": SSO_OIDC_SERVER_URL},
                }
            ],
        }
    }
    if SSO_OIDC_SERVER_URL
    else {}
)

# --- E-mail: printed to the console unless EMAIL_URL names a server --------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="showroom@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# --- Who runs this site: named on the privacy page --------------------------------------------------

HOST_NAME = env.str("HOST_NAME", default="")
CONTACT = env.str("CONTACT", default="")

# --- Security -------------------------------------------------------------------------------------

# True when visitors reach the site by https, whoever ends the encryption: Daphne itself or a proxy.
HTTPS = flag("HTTPS", False)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    # Only a proxy that we know of may say so; anybody can send the header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = whole("HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = flag("HSTS_PRELOAD", False)
# Sub-domains and preload lists concern the neighbours of this site: its host decides, not we.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# Sites that may show a studio in a frame, e.g. https://wiki.example.org
EMBED_ORIGINS = env.list("EMBED_ORIGINS", default=[])
# connect-src gains the websocket's address in the middleware: not every browser counts it as 'self'.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *sso_form_origins(SSO_OIDC_SERVER_URL, SSO_FORM_ORIGINS)],
    }
}
PERMISSIONS_POLICY = {
    "camera": "(self)",
    "microphone": "(self)",
    "display-capture": "(self)",
    "fullscreen": "(self)",
    "picture-in-picture": "(self)",
    "geolocation": "()",
    "payment": "()",
    "usb": "()",
}

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
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.storage.StaticStorage"},
}

# --- Log: to the console, for whoever runs the site ------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"readiness": {"()": "config.log_filters.ExpectedUnreadiness"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Its own handlers would send mail to nobody.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Refused addresses and missing pages are everyday matters of a public site.
        "django.request": {"level": "ERROR", "filters": ["readiness"]},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "propagate": True},
        "workers": {"level": "INFO"},
    },
}

# --- Media and signalling -------------------------------------------------------------------------

ICE_SERVERS = json_list("ICE_SERVERS")
WORKER_ICE_SERVERS = json_list("WORKER_ICE_SERVERS")
# The relay: browsers get credentials of their own for all of TURN_URLS, media workers use the one at WORKER_TURN_URL.
TURN_URLS = turn_urls("TURN_URLS")
TURN_SECRET = env.str("TURN_SECRET", default="")
TURN_CREDENTIAL_SECONDS = whole("TURN_CREDENTIAL_SECONDS", 600, minimum=30)
WORKER_TURN_URL = turn_url("WORKER_TURN_URL")
ICE_RELAY_ONLY = flag("ICE_RELAY_ONLY", False)
if (TURN_URLS or WORKER_TURN_URL) and len(TURN_SECRET) < TURN_SECRET_CHARACTERS:
    raise ImproperlyConfigured(
        "TURN_URLS needs TURN_SECRET, the relay's static-auth-secret, of at least "
        f"{TURN_SECRET_CHARACTERS} characters; write a long random one"
    )
if (ICE_RELAY_ONLY or WORKER_TURN_URL) and not (TURN_URLS or "turn" in json.dumps(ICE_SERVERS)):
    raise ImproperlyConfigured(
        "ICE_RELAY_ONLY and WORKER_TURN_URL need a relay for browsers; set TURN_URLS, for example "
        "TURN_URLS=turn:turn.example.org:3478?transport=udp"
    )
# What `manage.py turnconfig` writes for coturn, besides the above.
TURN_REALM = env.str("TURN_REALM", default="showroom")
TURN_WORKER_ADDRESSES = peer_networks("TURN_WORKER_ADDRESSES")
TURN_RELAY_ADDRESS = ip_address("TURN_RELAY_ADDRESS")
TURN_EXTERNAL_ADDRESS = ip_address("TURN_EXTERNAL_ADDRESS")
TURN_RELAY_PORTS = port_range("TURN_RELAY_PORTS", "49160-49960")
TURN_CERTIFICATE = env.str("TURN_CERTIFICATE", default="")
TURN_CERTIFICATE_KEY = env.str("TURN_CERTIFICATE_KEY", default="")
# What browsers must use instead of a worker's own address, behind NAT 1:1 or in a container.
WORKER_PUBLIC_ADDRESS = env.str("WORKER_PUBLIC_ADDRESS", default="")
WORKER_UDP_PORTS = port_range("WORKER_UDP_PORTS")
# FFmpeg's name of an encoder for a codec, for hardware: H264=h264_nvenc. The software encoder steps in for it.
VIDEO_ENCODERS = video_encoders("VIDEO_ENCODERS")
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
# People behind one NAT share an address, and so these two limits.
SOCKETS_PER_ADDRESS = whole("SOCKETS_PER_ADDRESS", 20, minimum=1)
GUEST_SESSIONS_PER_ADDRESS = whole("GUEST_SESSIONS_PER_ADDRESS", 8, minimum=1)
SESSIONS_PER_WORKER = whole("SESSIONS_PER_WORKER", 8, minimum=1)
# From session.open to the offer: the visitor may be asked for the camera first.
RESERVATION_SECONDS = seconds("RESERVATION_SECONDS", 60)
# How long a worker that is asked to end lets its sessions run on.
DRAIN_SECONDS = seconds("DRAIN_SECONDS", 30)
SESSION_HISTORY_DAYS = whole("SESSION_HISTORY_DAYS", 30)
# Connection reports that visitors send from the check page.
CONNECTION_REPORT_DAYS = whole("CONNECTION_REPORT_DAYS", 14, minimum=1)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
WORKER_HTTP_PORT = whole("WORKER_HTTP_PORT", 0)
MAX_BODY_BYTES = whole("MAX_BODY_BYTES", 8 * 1024 * 1024, minimum=1024)
PARAMETER_FILE_BYTES = whole("PARAMETER_FILE_BYTES", 2 * 1024 * 1024, minimum=1024)
GUEST_FILES_BYTES = whole("GUEST_FILES_BYTES", 256 * 1024 * 1024)

# --- Rooms ----------------------------------------------------------------------------------------

# Who has an account may open so many rooms; 0: only staff may.
ROOMS_PER_USER = whole("ROOMS_PER_USER", 10)
# The most seats a room may have. Media workers let one seat receive 20 of each kind.
ROOM_PARTICIPANT_LIMIT = whole("ROOM_PARTICIPANT_LIMIT", 8, minimum=2)
if ROOM_PARTICIPANT_LIMIT > 20:
    raise ImproperlyConfigured(f"ROOM_PARTICIPANT_LIMIT={ROOM_PARTICIPANT_LIMIT} is too many; the most is 20")
# What the relay lets through for one session each way: a picture of up to 2 Mbit/s of everybody in the largest room.
TURN_BYTES_PER_SECOND = whole("TURN_BYTES_PER_SECOND", 250_000 * ROOM_PARTICIPANT_LIMIT, minimum=10_000)
# A room for a single meeting closes when it has been empty for so long.
ROOM_EMPTY_TIMEOUT_SECONDS = seconds("ROOM_EMPTY_TIMEOUT_SECONDS", 300)
# How long the seat of somebody who vanished, page and media, is kept for them.
ROOM_DEPARTURE_TIMEOUT_SECONDS = seconds("ROOM_DEPARTURE_TIMEOUT_SECONDS", 20)
ROOM_INVITATION_DAYS = whole("ROOM_INVITATION_DAYS", 7, minimum=1)
ROOM_CHAT_CHARACTERS = whole("ROOM_CHAT_CHARACTERS", 2000, minimum=1)
ROOM_CHAT_PER_SECOND = whole("ROOM_CHAT_PER_SECOND", 5, minimum=1)

# Whether owners may record their rooms, if everybody inside agrees. Media workers write where the site reads.
ROOM_RECORDING = flag("ROOM_RECORDING", False)
RECORDINGS_DIR = VAR_DIR / "recordings"
RECORDING_MINUTES = whole("RECORDING_MINUTES", 60, minimum=1)
RECORDING_RETENTION_DAYS = whole("RECORDING_RETENTION_DAYS", 7, minimum=1)
# All files together.
RECORDING_MEGABYTES = whole("RECORDING_MEGABYTES", 4096, minimum=1)

# --- Models ---------------------------------------------------------------------------------------

MODELS_DIR = Path(env.str("MODELS_DIR", default="") or VAR_DIR / "models").resolve()
# Code that runs frames knows no settings.
os.environ["SHOWROOM_MODELS_DIR"] = str(MODELS_DIR)
MODEL_BYTES = whole("MODEL_BYTES", 256 * 1024 * 1024, minimum=1024)
MODEL_NODES = whole("MODEL_NODES", 20_000, minimum=1)
# Besides those of ONNX itself.
MODEL_OPERATOR_DOMAINS: list[str] = env.list("MODEL_OPERATOR_DOMAINS", default=[])
MODEL_CHECK_SECONDS = seconds("MODEL_CHECK_SECONDS", 25)
MODEL_CHECK_MEMORY_BYTES = whole("MODEL_CHECK_MEMORY_BYTES", 1024 * 1024 * 1024, minimum=64 * 1024 * 1024)
# What a model must hold on this machine before visitors may use it.
MODEL_MIN_FPS = typed("MODEL_MIN_FPS", env.float, 5.0, "5.0")
MODEL_MAX_MEMORY_BYTES = whole("MODEL_MAX_MEMORY_BYTES", 1024 * 1024 * 1024, minimum=1024 * 1024)
# A mirror that holds the known models by name: https://models.example.org/showroom
MODELS_BASE_URL = env.str("MODELS_BASE_URL", default="")
INSTALL_MODELS: list[str] = env.list("INSTALL_MODELS", default=[])
# Where models run, as onnxruntime names it: CUDAExecutionProvider. The processor steps in for what is not there.
ONNX_PROVIDERS: list[str] = env.list("ONNX_PROVIDERS", default=[])
if ONNX_PROVIDERS:
    os.environ["SHOWROOM_ONNX_PROVIDERS"] = ",".join(ONNX_PROVIDERS)

# --- Processor hosts: child processes for models and for processors of other packages ---------------

HOST_SOFT_DEADLINE_SECONDS = seconds("HOST_SOFT_DEADLINE_SECONDS", 2)
HOST_HARD_DEADLINE_SECONDS = seconds("HOST_HARD_DEADLINE_SECONDS", 5)
if HOST_HARD_DEADLINE_SECONDS <= HOST_SOFT_DEADLINE_SECONDS:
    raise ImproperlyConfigured(
        "HOST_HARD_DEADLINE_SECONDS must be longer than HOST_SOFT_DEADLINE_SECONDS; write for example 5 and 2"
    )
HOST_LOAD_SECONDS = seconds("HOST_LOAD_SECONDS", 60)
# How long a host stays after its last session: who comes back need not wait for the weights again.
HOST_LINGER_SECONDS = seconds("HOST_LINGER_SECONDS", 10)
HOST_MEMORY_BYTES = whole("HOST_MEMORY_BYTES", 4 * 1024**3, minimum=512 * 1024**2)
# Which published processors a worker loads at its start: the first so many, their addresses, all or none.
HOSTS_WARM_AT_START = warm_wish("HOSTS_WARM_AT_START", 3)
# The highest level to try; lower ones are for hardware that needs what the higher ones forbid.
HOST_ISOLATION = one_of("HOST_ISOLATION", ("namespaces", "seccomp", "limits"))
# Who hosts become if the worker runs as root.
HOST_USER = system_user("HOST_USER", "nobody")
# Whether uploaded models and code of other packages may meet visitors where only limits are in force.
ALLOW_WEAK_ISOLATION = flag("ALLOW_WEAK_ISOLATION", False)

# --- Remote models: servers of the Open Inference Protocol ------------------------------------------

REMOTE_DEADLINE_SECONDS = seconds("REMOTE_DEADLINE_SECONDS", 0.3)
if REMOTE_DEADLINE_SECONDS > LONGEST_DEADLINE_SECONDS:
    raise ImproperlyConfigured(
        f"REMOTE_DEADLINE_SECONDS={REMOTE_DEADLINE_SECONDS:g} is too long for frames; the most is "
        f"{LONGEST_DEADLINE_SECONDS:g}"
    )
# Empty: any public address. Else these alone: names, *.names, addresses, networks, also private ones.
REMOTE_ALLOWED_HOSTS = host_list("REMOTE_ALLOWED_HOSTS")
REMOTE_RESPONSE_BYTES = whole("REMOTE_RESPONSE_BYTES", 16 * 1024 * 1024, minimum=1024)
# By name of the server, for sites that keep no secrets in the database.
REMOTE_TOKENS: dict[str, str] = {
    name.strip(): token.strip() for name, token in env.dict("REMOTE_TOKENS", default={}).items()
}

SHOWROOM_VERSION = VERSION
