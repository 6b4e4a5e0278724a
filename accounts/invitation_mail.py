"""The invitation as an e-mail."""

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .invitation import Invitation


def send_invitation(request: HttpRequest, invitation: Invitation) -> None:
    url = request.build_absolute_uri(invitation.get_absolute_url())
    context = {"url": url, "invitation": invitation, "site_name": settings.SITE_NAME}
    subject = _("Your invitation to %(site)s") % {"site": settings.SITE_NAME}
    body = render_to_string("accounts/invitation_mail.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
