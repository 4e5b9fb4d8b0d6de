"""What several tests need."""

import logging
import struct
import tempfile
import zlib
from io import BytesIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from PIL import Image

PLAIN_STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class SiteTestCase(TestCase):
    """Runs with folders of its own, quietly, and needs no collectstatic before it."""

    def setUp(self) -> None:
        super().setUp()
        requests = logging.getLogger("django.request")
        requests.setLevel(logging.CRITICAL)
        self.addCleanup(requests.setLevel, logging.NOTSET)
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        static, media = self.folder / "static", self.folder / "media"
        static.mkdir()
        self.enterContext(
            override_settings(STATIC_ROOT=static, MEDIA_ROOT=media, STORAGES=PLAIN_STORAGES)
        )


def upload(content: bytes, name: str = "picture.png") -> SimpleUploadedFile:
    """Return bytes as a browser would send them."""
    return SimpleUploadedFile(name, content)


def picture(
    size: tuple[int, int] = (640, 480),
    mode: str | None = None,
    kind: str = "PNG",
    colour: str | tuple = "red",
    **save: object,
) -> bytes:
    """Return a picture of one colour; `save` goes to Pillow's save()."""
    image = Image.new("RGB" if isinstance(colour, str) else "RGBA", size, colour)
    buffer = BytesIO()
    image.convert(mode).save(buffer, kind, **save)
    return buffer.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """Return a few bytes of PNG whose header announces a picture of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)
