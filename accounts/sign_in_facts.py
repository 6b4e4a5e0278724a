"""How one person signs in, for the account page."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount

from .user import User


@dataclass(frozen=True)
class SignInFacts:
    password: bool
    second_factor: bool
    email: str
    email_verified: bool
    connections: int

    @classmethod
    def of(cls, user: User) -> "SignInFacts":
        return cls(
            password=user.has_usable_password(),
            second_factor=is_mfa_enabled(user),
            email=user.email,
            email_verified=EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists(),
            connections=SocialAccount.objects.filter(user=user).count(),
        )
