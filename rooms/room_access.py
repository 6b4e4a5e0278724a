"""May this visitor come into this room, and as what? Page, socket and API ask here and nowhere else.

try:
    entry = room_access.enter(visitor, slug, invitation)
except access.AccessRefused as refusal:
    ...  refusal.status for HTTP, refusal.code and refusal.close_code for the socket
"""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from processors.access import AccessRefused, NotAllowed, SignInRequired, check_site
from processors.visibility import Visitor, is_guest, is_staff

from .models import Room, RoomInvitation, RoomMember, RoomRemoval, Session

Role = Literal["owner", "member", "guest"]


class RoomUnknown(AccessRefused):
    code = "room_unknown"
    status = 404


class InvitationNeeded(NotAllowed):
    code = "invitation_needed"


class InvitationOver(NotAllowed):
    code = "invitation_over"


class Removed(NotAllowed):
    code = "removed"


class RoomClosed(NotAllowed):
    code = "room_closed"


class RoomLocked(NotAllowed):
    code = "room_locked"


@dataclass(frozen=True)
class RoomVisitor:
    """An account, or the browser of a guest as the history names it."""

    user: Visitor
    owner: str

    @property
    def is_guest(self) -> bool:
        return is_guest(self.user)

    @property
    def account_id(self) -> int | None:
        key: int | None = self.user.pk
        return None if self.is_guest else key


@dataclass(frozen=True)
class Entry:
    """What one visitor is in one room."""

    room: Room
    role: Role
    moderates: bool
    invitation: RoomInvitation | None = None

    def check_open(self, has_seat: bool = False) -> None:
        """Whether somebody may come in now; who has a seat and comes from another tab passes a lock."""
        if self.room.is_over:
            raise RoomClosed(_("This room is closed. Ask its owner to open it."))
        if self.room.is_locked and not (self.moderates or has_seat):
            raise RoomLocked(_("This room is locked. Ask somebody inside to let you in."))


def enter(visitor: RoomVisitor, slug: str, invitation_token: str = "") -> Entry:
    """The room at this address, if the visitor may see it; else a typed refusal that tells nothing of the room."""
    check_site(visitor.user)
    room = Room.objects.filter(slug=slug).first()
    if room is None:
        raise RoomUnknown(_("There is no room at this address. Ask for a new link."))
    if moderates(visitor, room):
        return entry(visitor, room)
    check_not_removed(visitor, room)
    if is_open_to(visitor, room):
        return entry(visitor, room, usable(invitation_token, room))
    return with_invitation(visitor, room, invitation_token)


def stay(visitor: RoomVisitor, room: Room) -> Entry:
    """For who is inside already: an invitation that ends, or a lock, sends nobody out; the owner does."""
    check_site(visitor.user)
    if not moderates(visitor, room):
        check_not_removed(visitor, room)
    return entry(visitor, room)


def edit(visitor: RoomVisitor, slug: str) -> Room:
    """The room, for its owner and staff; for everybody else as if it were not there."""
    check_site(visitor.user)
    room = Room.objects.filter(slug=slug).first()
    if room is None or not moderates(visitor, room):
        raise RoomUnknown(_("There is no room at this address that you could change."))
    return room


def moderates(visitor: RoomVisitor, room: Room) -> bool:
    return is_owner(visitor, room) or is_staff(visitor.user)


def is_owner(visitor: RoomVisitor, room: Room) -> bool:
    return visitor.account_id is not None and visitor.account_id == room.owner_id


def is_open_to(visitor: RoomVisitor, room: Room) -> bool:
    if room.access == Room.Access.EVERYONE:
        return True
    if visitor.is_guest:
        return False
    return room.access == Room.Access.MEMBERS or room.members.filter(user=visitor.account_id).exists()


def check_not_removed(visitor: RoomVisitor, room: Room) -> None:
    mine = Q(guest=visitor.owner) if visitor.is_guest else Q(user=visitor.account_id)
    if room.removals.filter(mine).exists():
        raise Removed(_("You were removed from this room. Ask its owner to let you back in."))


def with_invitation(visitor: RoomVisitor, room: Room, token: str) -> Entry:
    invitation = usable(token, room)
    if invitation:
        check_not_worn_out(visitor, room, invitation)
        return entry(visitor, room, invitation)
    if token:
        raise InvitationOver(_("This invitation is no longer valid. Ask for a new link."))
    if visitor.is_guest:
        raise SignInRequired(_("Sign in to enter this room, or ask its owner for an invitation."))
    raise InvitationNeeded(_("This room is for people with an invitation. Ask its owner for one."))


def usable(token: str, room: Room) -> RoomInvitation | None:
    invitation = RoomInvitation.from_token(token) if token else None
    fits = invitation is not None and invitation.state == "usable" and invitation.room_id == room.pk
    return invitation if fits else None


def check_not_worn_out(visitor: RoomVisitor, room: Room, invitation: RoomInvitation) -> None:
    """A removed guest could come back as a new one: after a removal the link is good only for guests known before."""
    if not visitor.is_guest or not invitation.removals.filter(user=None).exists():
        return
    if not Session.objects.filter(room=room, guest=visitor.owner).exists():
        raise InvitationOver(_("This invitation is no longer valid for new guests. Ask for a new link."))


def entry(visitor: RoomVisitor, room: Room, invitation: RoomInvitation | None = None) -> Entry:
    role: Role = "owner" if is_owner(visitor, room) else "guest" if visitor.is_guest else "member"
    return Entry(room, role, moderates(visitor, room), invitation)


def remember_member(visitor: RoomVisitor, entry: Entry) -> None:
    """Who came in by an invitation, with an account, needs no link the next time."""
    if entry.invitation and entry.room.is_private and entry.role == "member" and not entry.moderates:
        assert visitor.account_id is not None
        RoomMember.objects.get_or_create(room=entry.room, user_id=visitor.account_id)


def remove(room: Room, session: Session, name: str) -> RoomRemoval:
    """Keep the person of this session out until the owner lets them back."""
    if session.user_id:
        room.members.filter(user=session.user_id).delete()
    removal, _created = RoomRemoval.objects.get_or_create(
        room=room,
        user=session.user,
        guest=session.guest,
        defaults={"invitation": session.invitation, "name": name},
    )
    return removal


def cannot_remove() -> str:
    return _("The owner of a room and the staff of this site cannot be removed from it.")
