"""Thumbnails, and the files that do not become one."""

from unittest import mock

from django.test import SimpleTestCase
from PIL import Image

from guestbook import pictures
from guestbook.pictures import PictureError, make_thumbnail
from guestbook.tests.support import picture, png_that_claims, upload


def thumbnail_of(content: bytes) -> Image.Image:
    """Make a thumbnail and open it."""
    return Image.open(make_thumbnail(upload(content)))


class AcceptedTest(SimpleTestCase):
    """Pictures that become a thumbnail."""

    def test_every_format_and_kind_of_colour(self) -> None:
        cases = [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P")]
        cases += [("PNG", "LA"), ("PNG", "1"), ("WEBP", "RGB"), ("GIF", "P")]
        for kind, mode in cases:
            with self.subTest(kind=kind, mode=mode):
                thumbnail = thumbnail_of(picture(kind=kind, mode=mode))
                self.assertEqual(
                    (thumbnail.format, thumbnail.mode, thumbnail.size), ("JPEG", "RGB", (320, 240))
                )

    def test_small_picture_is_not_blown_up(self) -> None:
        self.assertEqual(thumbnail_of(picture((20, 10))).size, (20, 10))

    def test_transparent_parts_become_white(self) -> None:
        for kind in ("PNG", "WEBP", "GIF"):
            with self.subTest(kind=kind):
                thumbnail = thumbnail_of(picture(kind=kind, colour=(255, 0, 0, 0)))
                self.assertEqual(thumbnail.getpixel((5, 5)), (255, 255, 255))

    def test_what_the_camera_wrote_is_gone_but_the_picture_stays_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was held sideways
        exif[0x010E] = "my home"
        content = picture((640, 480), kind="JPEG", exif=exif, comment=b"my garden")
        self.assertIn(b"my home", content)
        self.assertIn(b"my garden", content)
        result = make_thumbnail(upload(content)).read()
        self.assertNotIn(b"my home", result)
        self.assertNotIn(b"my garden", result)
        thumbnail = thumbnail_of(content)
        self.assertEqual(thumbnail.size, (240, 320))
        self.assertFalse(thumbnail.getexif())


class RefusedTest(SimpleTestCase):
    """Files that are turned away, each with a sentence for the visitor."""

    def assert_refused(self, content: bytes, why: str) -> None:
        """Check that the content is refused for this reason."""
        with self.assertRaisesRegex(PictureError, why):
            make_thumbnail(upload(content))

    def test_no_picture(self) -> None:
        for content in (b"hello", b"GIF89a", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>"):
            self.assert_refused(content, "Choose a picture")

    def test_format_that_is_not_on_the_list(self) -> None:
        self.assert_refused(picture(kind="TIFF"), "Choose a picture")

    def test_broken_off_picture(self) -> None:
        for kind in ("JPEG", "PNG"):
            content = picture(kind=kind)
            self.assert_refused(content[: len(content) // 2], "Choose a picture")

    def test_bomb_is_refused_before_it_is_unpacked(self) -> None:
        with mock.patch("PIL.ImageFile.ImageFile.load", side_effect=AssertionError("unpacked")):
            self.assert_refused(png_that_claims(6000, 5000), "megapixels")
            self.assert_refused(png_that_claims(60_000, 60_000), "Choose a picture")

    def test_large_file(self) -> None:
        with mock.patch.object(pictures, "MAX_BYTES", 100):
            self.assert_refused(picture(), "larger than")
