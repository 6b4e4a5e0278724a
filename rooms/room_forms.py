"""What an owner fills in: the room, and an invitation to it."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from processors.models import Processor
from processors.translation import translated
from processors.visibility import Visitor

from .cards import can_start
from .room import Room
from .room_invitation import RoomInvitation


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Room
        fields: ClassVar[list[str]] = [
            "title",
            "access",
            "slug",
            "participant_limit",
            "processors",
            "audio_only_default",
            "mix",
            "mix_size",
            "mix_fps",
            "room_processor",
            "closes_when_empty",
            "is_open",
        ]
        help_texts = {
            "slug": _(
                "The end of the room’s link, for rooms without invitations. Empty: one that nobody guesses."
            ),
        }
        widgets = {
            "title": forms.TextInput(attrs={"autocomplete": "off"}),
            "access": forms.RadioSelect,
            "slug": forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
            "processors": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, user: Visitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.fields["participant_limit"]
        # A new room has none yet.
        self.initial["participant_limit"] = (
            self.initial.get("participant_limit") or settings.ROOM_PARTICIPANT_LIMIT
        )
        limit.widget.attrs |= {"min": 1, "max": settings.ROOM_PARTICIPANT_LIMIT}
        for name in ("slug", "mix_size", "mix_fps"):
            self.fields[name].required = False
        if self.instance.slug_is_random:
            self.initial["slug"] = ""
        for name in ("processors", "room_processor"):
            field: Any = self.fields[name]
            field.queryset = self._on_offer(name, user)
            field.label_from_instance = lambda row: translated(row.title)
        nothing: Any = self.fields["room_processor"]
        nothing.empty_label = _("Nothing")
        # As visitors find it: a meeting that is over can be opened again by a tick.
        self.initial["is_open"] = not (self.instance.pk and self.instance.is_over)
        if self.instance.pk is None:
            del self.fields["is_open"]

    def _on_offer(self, name: str, user: Visitor) -> "QuerySet[Processor]":
        """What could be worn now, and what was chosen before: a model that is away for a while must not be lost."""
        rows = Processor.objects.for_gallery(user)
        chosen = forms.model_to_dict(self.instance, [name])[name] if self.instance.pk else []
        kept = {row.pk for row in chosen} if isinstance(chosen, list) else {chosen}
        return rows.filter(pk__in=[row.pk for row in rows if row.pk in kept or can_start(row)])

    def clean_slug(self) -> str:
        """An empty field keeps the address that we made."""
        chosen = self.cleaned_data["slug"]
        return chosen or (self.instance.slug if self.instance.slug_is_random else "")

    def clean_mix_size(self) -> str:
        """Who says nothing of the one picture leaves it as it is."""
        return self.cleaned_data["mix_size"] or str(self.instance.mix_size)

    def clean_mix_fps(self) -> int:
        return int(self.cleaned_data["mix_fps"] or self.instance.mix_fps)

    def save(self, commit: bool = True) -> Room:
        room = self.instance
        if "slug" in self.changed_data:
            room.slug_is_random = False
        if "is_open" in self.changed_data and room.is_open:
            room.open_again()
        saved: Room = super().save(commit)
        return saved


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=365)

    class Meta:
        model = RoomInvitation
        fields: ClassVar[list[str]] = ["note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = settings.ROOM_INVITATION_DAYS
