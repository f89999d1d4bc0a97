"""What a file is, by its first bytes, and what is said of the ones that can't be used."""

from __future__ import annotations

import re
from typing import Literal

from stylecore.errors import ImageError
from stylecore.language import Sentence

Kind = Literal["PNG", "JPEG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC"]

EXTENSIONS: dict[Kind, tuple[str, ...]] = {
    "PNG": ("png", "apng"),
    "JPEG": ("jpg", "jpeg", "jpe", "jfif", "mpo"),
    "WebP": ("webp",),
    "GIF": ("gif",),
    "BMP": ("bmp", "dib"),
    "TIFF": ("tif", "tiff"),
    "AVIF": ("avif",),
    "HEIC": ("heic", "heif"),
}
NAMES = Sentence("PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or HEIC")
RESAVE = Sentence("save it as PNG or JPEG in the program that made it")
CAMERA_RAW = Sentence("develop it in a photo program, and save it as JPEG or TIFF")


def _raw(camera: str) -> Sentence:
    return Sentence("a camera raw file ({camera})", camera=camera)


_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
_UNREADABLE: tuple[tuple[bytes, Sentence, Sentence], ...] = (  # first bytes, what the file is, the way out
    (rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", Sentence("a JPEG XL picture"), Sentence("save it as PNG or JPEG")),
    (
        rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
        Sentence("a JPEG 2000 picture"),
        Sentence("save it as PNG or JPEG"),
    ),
    (rb"8BPS", Sentence("a Photoshop document (PSD)"), RESAVE),
    (rb"%PDF-", Sentence("a PDF document"), Sentence("export the page or the picture in it as PNG or JPEG")),
    (rb"%!PS|\xc5\xd0\xd3\xc6", Sentence("a PostScript drawing"), Sentence("export it as PNG or JPEG")),
    (rb"gimp xcf ", Sentence("a GIMP document (XCF)"), Sentence("export it as PNG or JPEG")),
    (rb"\0\0\x01\0[^\0]\0", Sentence("a Windows icon (ICO)"), Sentence("save the largest picture in it as PNG")),
    (rb"\0\0\x02\0[^\0]\0", Sentence("a Windows cursor"), Sentence("save the picture in it as PNG")),
    (rb"icns", Sentence("a Mac icon (ICNS)"), Sentence("save the largest picture in it as PNG")),
    (rb"II\*\0.{4}CR\x02", _raw("Canon CR2"), CAMERA_RAW),
    (rb"IIU\0", _raw("Panasonic RW2"), CAMERA_RAW),
    (rb"IIR[OS]|MMOR", _raw("Olympus ORF"), CAMERA_RAW),
    (rb"FUJIFILMCCD-RAW", _raw("Fujifilm RAF"), CAMERA_RAW),
    (rb"\0MRM", _raw("Minolta MRW"), CAMERA_RAW),
    (rb"FOVb", _raw("Sigma X3F"), CAMERA_RAW),
    (rb"II\x1a\0\0\0HEAPCCDR", _raw("Canon CRW"), CAMERA_RAW),
    (rb"II\xbc[\0\x01]", Sentence("a JPEG XR picture"), Sentence("save it as PNG or JPEG")),
    (rb"\x76\x2f\x31\x01", Sentence("an OpenEXR picture"), Sentence("save it as PNG, or as TIFF")),
    (rb"#\?(RADIANCE|RGBE)", Sentence("a Radiance HDR picture"), Sentence("save it as PNG, or as TIFF")),
    (rb"P[1-7F][\s#]|Pf\s", Sentence("a Netpbm picture (PNM)"), Sentence("save it as PNG")),
    (rb"DDS ", Sentence("a DirectDraw texture (DDS)"), Sentence("save it as PNG")),
    (rb"qoif", Sentence("a QOI picture"), Sentence("save it as PNG")),
    (rb"BPG\xfb", Sentence("a BPG picture"), Sentence("save it as PNG or JPEG")),
    (rb"AT&TFORM", Sentence("a DjVu document"), Sentence("export the page as PNG or JPEG")),
    (rb"SIMPLE  =", Sentence("a FITS picture"), Sentence("save it as TIFF")),
    (rb".{128}DICM", Sentence("a DICOM picture"), Sentence("export it as PNG or TIFF")),
    (rb"\x8aMNG|\x8bJNG", Sentence("an MNG animation"), Sentence("save one frame of it as PNG")),
    (rb"PK\x03\x04", Sentence("a ZIP archive or an office document"), Sentence("take the picture out of it")),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b|\x04\x22\x4d\x18", Sentence("an archive"), Sentence("take the picture out of it")),
    (rb"RIFF....AVI |\x1aE\xdf\xa3|\0\0\x01\xba", Sentence("a video"), Sentence("save one frame of it as PNG or JPEG")),
    (rb"RIFF....WAVE|ID3|OggS|fLaC", Sentence("a sound"), Sentence("choose a picture")),
    (
        rb"version https://git-lfs",
        Sentence("a pointer of Git LFS, not the picture"),
        Sentence("fetch the picture with git lfs pull"),
    ),
)
_BRANDS: tuple[tuple[bytes, Kind | tuple[Sentence, Sentence]], ...] = (  # by brand of an ISO container
    (rb"avif|avis", "AVIF"),
    (rb"hei[cxms]|hev[cxms]", "HEIC"),
    (rb"crx ", (_raw("Canon CR3"), CAMERA_RAW)),
    (rb"jxl ", (Sentence("a JPEG XL picture"), Sentence("save it as PNG or JPEG"))),
    (rb"mif1|msf1|mif2|miaf", "HEIC"),
    (rb"", (Sentence("a video"), Sentence("save one frame of it as PNG or JPEG"))),
)


def kind_of(data: bytes, name: str) -> Kind:
    """The format of a file.

    Args:
        data: the whole file, or its first kilobyte.
        name: what the message of an error calls the picture.

    Raises:
        ImageError: if the file is of a format that is not accepted; the message names it if it is known.
    """
    head = data[:1024]
    for pattern, what, advice in _UNREADABLE:
        if re.match(pattern, head, re.DOTALL):
            raise refusal_of_format(name, what, advice)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _iso_kind(head, name)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and (b"<svg" in text or b"svg" in text[:200]):
        raise refusal_of_format(name, Sentence("a drawing (SVG)"), Sentence("export it as PNG"))
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        raise refusal_of_format(name, Sentence("a web page (HTML)"), Sentence("save the picture in it, not the page"))
    raise ImageError("{name} isn't a picture we can read: use {formats}.", name=name, formats=NAMES)


def refusal_of_format(name: str, what: Sentence, advice: Sentence) -> ImageError:
    """The error for a file that is sound, as far as one knows, but of a kind that can't be read."""
    return ImageError("{name} is {what}, which can't be read here: {advice}.", name=name, what=what, advice=advice)


def _iso_kind(head: bytes, name: str) -> Kind:
    """The kind of a picture or film in boxes, by the brands that its first box names."""
    brands = head[8 : max(12, min(int.from_bytes(head[:4], "big"), len(head)))]
    for pattern, found in _BRANDS:
        if any(re.match(pattern, brands[at : at + 4]) for at in range(0, len(brands), 4)):
            if isinstance(found, str):
                return found
            raise refusal_of_format(name, *found)
    raise AssertionError("the last pattern matches everything")
