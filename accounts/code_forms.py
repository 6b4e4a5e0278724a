"""The forms that take a code of an authenticator app."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.utils.translation import gettext_lazy as _

from .forms import OurWords


class CodeForm(OurWords, AuthenticateForm):  # type: ignore[misc]
    labels = {"code": _("Code")}


class CodeAgainForm(OurWords, ReauthenticateForm):  # type: ignore[misc]
    labels = {"code": _("Code")}


class FirstCodeForm(OurWords, ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": _("Code")}
