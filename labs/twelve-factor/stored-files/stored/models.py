"""What is kept of a file."""

from django.db import models


class StoredFile(models.Model):
    """One file under its name."""

    name = models.CharField(max_length=100, primary_key=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
