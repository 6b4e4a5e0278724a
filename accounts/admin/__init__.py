from .invitation import InvitationAdmin
from .user import UserAdmin

__all__ = ["InvitationAdmin", "UserAdmin"]
