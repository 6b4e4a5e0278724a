from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin

from .group import GroupAdmin
from .invitation import InvitationAdmin
from .user import UserAdmin

__all__ = ["GroupAdmin", "InvitationAdmin", "UserAdmin"]

# Kept by the site and by its settings; nothing for an admin to edit row by row.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
