"""What the guestbook keeps."""

import uuid

from django.db import models


def picture_name(_entry: "Entry", _uploaded_name: str) -> str:
    """Return a random file name: a visitor decides neither where a file lies nor what it is."""
    return f"{uuid.uuid4().hex}.jpg"


class Entry(models.Model):
    """One visitor's entry. Of a picture only the thumbnail is kept."""

    name = models.CharField(max_length=80)
    message = models.TextField(max_length=1000)
    picture = models.ImageField(
        upload_to=picture_name,
        blank=True,
        width_field="picture_width",
        height_field="picture_height",
    )
    # Kept here, so that the page reserves the space and opens no file to know it.
    picture_width = models.PositiveIntegerField(null=True, editable=False)
    picture_height = models.PositiveIntegerField(null=True, editable=False)
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-pk",)
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.name}, {self.signed_at:%Y-%m-%d}"
