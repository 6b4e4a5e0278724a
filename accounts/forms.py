"""The forms people fill in."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from .invitation import Invitation
from .user import DISPLAY_NAME_CHARACTERS, User


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["login"].widget.attrs.update(autocomplete="username", autocapitalize="none")
        self.fields["password"].label = _("Password")
        forget_placeholders(self)


class InvitedSignupForm(SignupForm):  # type: ignore[misc]
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
        self.fields["username"].label = _("User name")
        self.fields["email"].label = _("E-mail (optional)")
        self.fields["email"].help_text = _("Needed only to reset a forgotten password.")
        self.keep_invited_address()
        forget_placeholders(self)

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


def forget_placeholders(form: forms.Form) -> None:
    """The label says it already, and stays while one types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
