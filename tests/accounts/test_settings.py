import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT

PRODUCTION = {
    "HTTPS": "True",
    "HSTS_SECONDS": "31536000",
    "ALLOWED_HOSTS": "showroom.example.org",
    "SECRET_KEY": "k" * 20 + "3f9a-Lq72-Zx81-Pw05-Vb64-Nn37-Tt58",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
SHOW = """
import json, config.settings as settings
names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "MFA_REQUIRED_FOR_STAFF",
         "GUESTS_ALLOWED", "SOCIALACCOUNT_PROVIDERS", "CONTENT_SECURITY_POLICY", "SECURE_HSTS_SECONDS")
print(json.dumps({name: getattr(settings, name) for name in names} | {
    "SECURE_PROXY_SSL_HEADER": getattr(settings, "SECURE_PROXY_SSL_HEADER", None)}))
"""


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**inherited, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def settings_with(folder: Path, **environment: str) -> dict[str, Any]:
    done = run(folder, "-c", SHOW, **environment)
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def refusal(folder: Path, **environment: str) -> str:
    done = run(folder, "-c", SHOW, **environment)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


def test_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_in_production_cookies_are_for_https_only_and_staff_need_two_steps(tmp_path: Path) -> None:
    shown = settings_with(tmp_path, **PRODUCTION)
    assert shown["SESSION_COOKIE_SECURE"] is True
    assert shown["CSRF_COOKIE_SECURE"] is True
    assert shown["SECURE_SSL_REDIRECT"] is True
    assert shown["MFA_REQUIRED_FOR_STAFF"] is True
    assert shown["GUESTS_ALLOWED"] is False


def test_on_ones_own_machine_neither_is_asked_for(tmp_path: Path) -> None:
    shown = settings_with(tmp_path)
    assert shown["SESSION_COOKIE_SECURE"] is False
    assert shown["MFA_REQUIRED_FOR_STAFF"] is False
    assert shown["SECURE_HSTS_SECONDS"] == 0


def test_a_proxy_is_believed_only_when_it_is_named(tmp_path: Path) -> None:
    assert settings_with(tmp_path, HTTPS="True")["SECURE_PROXY_SSL_HEADER"] is None
    assert settings_with(tmp_path, TRUSTED_PROXY_COUNT="1")["SECURE_PROXY_SSL_HEADER"]


def test_the_single_sign_on_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file")
    shown = settings_with(
        tmp_path,
        SSO_OIDC_SERVER_URL="https://login.example.org/realms/team",
        SSO_OIDC_CLIENT_ID="showroom",
        SSO_OIDC_CLIENT_SECRET_FILE=str(secret),
    )
    assert shown["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"][0]["secret"] == "from a file"
    assert shown["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"] == [
        "'self'",
        "https://login.example.org",
    ]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"SSO_OIDC_SERVER_URL": "https://login.example.org"},
            "needs SSO_OIDC_CLIENT_ID and SSO_OIDC_CLIENT_SECRET",
        ),
        ({"SSO_SIGNUP_ALLOWED": "True"}, "needs SSO_EMAIL_DOMAINS"),
        (
            {
                "SSO_OIDC_SERVER_URL": "login.example.org",
                "SSO_OIDC_CLIENT_ID": "a",
                "SSO_OIDC_CLIENT_SECRET": "b",
            },
            "is not an address",
        ),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter"),
        ({"GUESTS_ALLOWED": "maybe"}, "GUESTS_ALLOWED=maybe is not a switch"),
        ({"INVITATION_DAYS": "0"}, "INVITATION_DAYS=0 is too small"),
        ({"MFA_REQUIRED_FOR_STAFF": "2"}, "MFA_REQUIRED_FOR_STAFF=2 is not a switch"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_sentence(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    assert sentence in refusal(tmp_path, **environment)
