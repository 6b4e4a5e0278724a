"""Models of this app, one file each."""

from .invitation import Invitation
from .user import User

__all__ = ["Invitation", "User"]
