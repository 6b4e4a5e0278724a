from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import images

SAMPLES = (("portrait", _("A person")), ("street", _("A street")))


class BenchForm(forms.Form):
    sample = forms.ChoiceField(label=_("Sample"), choices=SAMPLES, required=False)
    picture = forms.FileField(label=_("Or a picture of your own"), required=False)

    def clean_picture(self) -> bytes | None:
        upload: Any = self.cleaned_data["picture"]
        if not upload:
            return None
        data: bytes = upload.read()
        try:
            images.opened(data)
        except images.UnreadableImage as error:
            raise ValidationError(_("This picture cannot be read. Choose a PNG, JPEG or WebP.")) from error
        return data
