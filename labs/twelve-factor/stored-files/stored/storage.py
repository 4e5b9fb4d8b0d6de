"""A place for files that goes with the database, not with the container."""

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.urls import reverse

from stored.models import StoredFile


class DatabaseStorage(Storage):
    """Keeps each file whole, in one row. Good for small ones: thumbnails are."""

    def _open(self, name: str, mode: str = "rb") -> File:
        try:
            return ContentFile(bytes(StoredFile.objects.get(pk=name).content), name)
        except StoredFile.DoesNotExist:
            raise FileNotFoundError(name) from None

    def _save(self, name: str, content: File) -> str:
        StoredFile.objects.create(name=name, content=content.read())
        return name

    def exists(self, name: str) -> bool:
        """Return whether a file of this name is kept."""
        return StoredFile.objects.filter(pk=name).exists()

    def url(self, name: str) -> str:
        """Return the address that the site serves a file at."""
        return reverse("picture", args=[name])
