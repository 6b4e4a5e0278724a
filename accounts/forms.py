"""The forms people fill in."""

from typing import Any, ClassVar

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from .invitation import Invitation
from .user import DISPLAY_NAME_CHARACTERS, User

PASSWORD_RULE = _("At least 10 characters; not a common password, not only figures, not your name.")


class OurWords:
    """Labels in this site's words, and no placeholders: the label says it already, and stays while one types."""

    labels: ClassVar[dict[str, Any]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        for name in {"password1"} & self.fields.keys():
            self.fields[name].help_text = PASSWORD_RULE


class SignInForm(OurWords, LoginForm):  # type: ignore[misc]
    labels = {"login": _("User name or e-mail"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(autocomplete="username", autocapitalize="none")


class EmailForm(OurWords, AddEmailForm):  # type: ignore[misc]
    labels = {"email": _("New address")}


class ForgottenPasswordForm(OurWords, ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": _("E-mail")}


class PasswordFromLinkForm(OurWords, ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _("New password once more")}


class NewPasswordForm(OurWords, ChangePasswordForm):  # type: ignore[misc]
    labels = {"oldpassword": _("Current password"), **PasswordFromLinkForm.labels}


class FirstPasswordForm(OurWords, SetPasswordForm):  # type: ignore[misc]
    labels = {"password1": _("Password"), "password2": _("Password once more")}


class PasswordAgainForm(OurWords, ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": _("Password")}


class InvitedSignupForm(OurWords, SignupForm):  # type: ignore[misc]
    labels = {
        "username": _("User name"),
        "email": _("E-mail (optional)"),
        "password1": _("Password"),
    }
    display_name = forms.CharField(
        label=_("Your name"),
        max_length=DISPLAY_NAME_CHARACTERS,
        required=False,
        help_text=_("What others see. Empty: the user name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("username", "display_name", "email", "password1")

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["email"].help_text = _("Needed only to reset a forgotten password.")
        self.keep_invited_address()

    def keep_invited_address(self) -> None:
        if self.invitation.email:
            self.fields["email"].initial = self.invitation.email
            self.fields["email"].disabled = True
            self.fields["email"].label = _("E-mail")
            self.fields["email"].help_text = _("The invitation is for this address.")

    def save(self, request: HttpRequest) -> User:
        """Take the invitation and make the account together: both or neither."""
        with transaction.atomic():
            if not self.invitation.claim():
                raise ImmediateHttpResponse(redirect(self.invitation))
            user: User = super().save(request)
            user.display_name = self.cleaned_data["display_name"]
            user.save(update_fields=["display_name"])
            user.groups.add(*self.invitation.groups.all())
        return user


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("display_name", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].widget.attrs["autocomplete"] = "name"
        language = self.fields["language"]
        language.help_text = ""
        language.widget.choices = [("", _("As in the browser")), *settings.LANGUAGES]


class DeleteAccountForm(forms.Form):
    """Asks for the password; without one (single sign-on), for the user name."""

    proof = forms.CharField(label=_("Password"), strip=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.has_usable_password():
            attributes = {"autocomplete": "current-password"}
            self.fields["proof"].widget = forms.PasswordInput(attrs=attributes)
        else:
            self.fields["proof"].label = _("Your user name")

    def clean_proof(self) -> str:
        proof: str = self.cleaned_data["proof"]
        if self.user.has_usable_password() and not self.user.check_password(proof):
            raise ValidationError(_("This is not your password."))
        if not self.user.has_usable_password() and proof != self.user.username:
            raise ValidationError(_("This is not your user name."))
        return proof
