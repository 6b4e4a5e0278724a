"""May this visitor open this processor? Page, socket and API ask here and nowhere else.

try:
    processor = access.get_for(user, slug)
except access.AccessRefused as refusal:
    ...  refusal.status for HTTP, refusal.code and refusal.close_code for the socket
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from .visibility import Visibility, Visitor, is_guest, open_to

if TYPE_CHECKING:
    from .models import Processor


class AccessRefused(Exception):
    """AccessRefused
    ├── ProcessorNotFound    no such row, a draft, or retired
    └── NotAllowed           it exists, for others
        └── SignInRequired   signing in may help
    """

    code = "not_allowed"
    status = 403
    close_code = 4403

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ProcessorNotFound(AccessRefused):
    code = "not_found"
    status = 404


class NotAllowed(AccessRefused):
    pass


class SignInRequired(NotAllowed):
    status = 401
    close_code = 4401


def check_site(user: Visitor) -> None:
    """Guests are either welcome on the whole site or on no page of it."""
    if is_guest(user) and not settings.GUESTS_ALLOWED:
        raise SignInRequired(_("Sign in to use this site."))


def get_for(user: Visitor, slug: str) -> "Processor":
    """The row with this address, if the visitor may start it now; else a typed refusal."""
    from .models import Processor

    check_site(user)
    processor = Processor.objects.published().filter(slug=slug).first()
    if processor and processor.visibility in open_to(user):
        return processor
    if processor is None or processor.visibility == Visibility.DRAFT:
        raise ProcessorNotFound(_("There is no processor at this address."))
    if is_guest(user):
        raise SignInRequired(_("Sign in to use this processor."))
    raise NotAllowed(_("This processor is not open to your account."))
