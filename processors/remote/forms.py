"""What an admin says of an inference server."""

from __future__ import annotations

import ipaddress
import ssl
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .addresses import Allowed, Place, check_address, not_listed, numeric, parse_url
from .errors import AddressRefused
from .rows import InferenceServer

# Django's class takes a type only for the type checker.
if TYPE_CHECKING:
    ServerFormBase = forms.ModelForm[InferenceServer]
else:
    ServerFormBase = forms.ModelForm


class InferenceServerForm(ServerFormBase):
    token = forms.CharField(
        label=_("token"),
        required=False,
        max_length=4000,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Sent as “Authorization: Bearer”. It is kept sealed and never shown again; empty keeps it."
        ),
    )
    forget_token = forms.BooleanField(label=_("forget the token"), required=False)

    class Meta:
        model = InferenceServer
        fields = ("name", "url", "deadline_seconds", "ca")
        widgets = {"url": forms.TextInput(attrs={"class": "vTextField"})}

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_literally(parse_url(url), Allowed.parse(settings.REMOTE_ALLOWED_HOSTS))
        except AddressRefused as error:
            raise ValidationError(error.detail) from error
        return url

    def clean_ca(self) -> str:
        authority: str = self.cleaned_data["ca"]
        try:
            if authority:
                ssl.create_default_context(cadata=authority)
        except (ssl.SSLError, ValueError) as error:
            raise ValidationError(
                _("This is no certificate. Paste it as PEM, from BEGIN to END CERTIFICATE.")
            ) from error
        return authority

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not token.isascii() or not token.isprintable():
            raise ValidationError(_("A token is made of plain letters, digits and signs."))
        return token

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "url" in cleaned:
            place = parse_url(cleaned["url"])
            if place.encrypted:
                self._refuse_secrets_for_another_host(cleaned, place)
            else:
                self._refuse_secrets_in_the_open(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> InferenceServer:
        if self.cleaned_data["token"]:
            self.instance.set_token(self.cleaned_data["token"])
        elif self.cleaned_data["forget_token"]:
            self.instance.set_token("")
        return super().save(commit)

    def _refuse_secrets_in_the_open(self, cleaned: dict[str, Any]) -> None:
        from_environment = settings.REMOTE_TOKENS.get(cleaned.get("name") or self.instance.name)
        if cleaned.get("token") or self._keeps_token(cleaned) or from_environment:
            self.add_error("token", _("A token needs an encrypted address: grpcs:// or https://."))

    def _refuse_secrets_for_another_host(self, cleaned: dict[str, Any], place: Place) -> None:
        """Who may change the address could otherwise have the token sent to a server of his own."""
        if self._keeps_token(cleaned) and not is_host_of(place, self.initial["url"]):
            self.add_error("token", _("This is another host: enter the token again, or forget it."))

    def _keeps_token(self, cleaned: dict[str, Any]) -> bool:
        replaced = cleaned.get("token") or cleaned.get("forget_token")
        return bool(self.instance.sealed_token) and not replaced


def check_literally(place: Place, allowed: Allowed) -> None:
    """What can be known without looking up the name; that is done for each connection."""
    for address in numeric(place.host):
        check_address(place, ipaddress.ip_address(address), allowed)
    may_be_listed = numeric(place.host) or allowed.networks or allowed.names_host(place)
    if not allowed.is_empty and not may_be_listed:
        raise not_listed(place)


def is_host_of(place: Place, url: str) -> bool:
    """An address that was kept before the rules became stricter has no host that we know."""
    try:
        return parse_url(url).host == place.host
    except AddressRefused:
        return False


class LookForm(forms.Form):
    """Which model to look at."""

    model = forms.CharField(label=_("model"), max_length=200)
    version = forms.CharField(
        label=_("version"), max_length=40, required=False, help_text=_("Empty: whichever the server chooses.")
    )


class RegisterForm(forms.Form):
    """What to make of it."""

    model = forms.CharField(max_length=200, widget=forms.HiddenInput)
    version = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("title"), max_length=80)
    choice = forms.CharField(error_messages={"required": _("Choose what the model does.")})
