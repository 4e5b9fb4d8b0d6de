"""The form that signs the guestbook."""

from typing import ClassVar

from django import forms
from django.core.files.base import File

from guestbook.models import Entry
from guestbook.pictures import PictureError, make_thumbnail


class EntryForm(forms.ModelForm):
    """Name, message and, if the visitor likes, a picture."""

    # Not forms.ImageField, which would try every format that Pillow knows.
    picture = forms.FileField(
        required=False,
        help_text="Optional. JPEG, PNG, WebP or GIF, at most 5 MB. Only a thumbnail is kept.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )

    class Meta:
        """What of an entry a visitor writes."""

        model = Entry
        fields = ("name", "message", "picture")
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "message": forms.Textarea(attrs={"rows": 5}),
        }

    def clean_picture(self) -> File | None:
        """Replace the uploaded file by its thumbnail."""
        upload = self.cleaned_data["picture"]
        if not upload:
            return upload
        try:
            return make_thumbnail(upload)
        except PictureError as error:
            raise forms.ValidationError(str(error)) from error
