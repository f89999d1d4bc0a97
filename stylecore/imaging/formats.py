"""What a file is, by its first bytes, and what is said of the ones that can't be used."""

from __future__ import annotations

import re
from typing import Literal

from stylecore.errors import ImageError

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
NAMES = "PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or HEIC"
RESAVE = "save it as PNG or JPEG in the program that made it"
CAMERA_RAW = "develop it in a photo program, and save it as JPEG or TIFF"

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
_UNREADABLE: tuple[tuple[bytes, str, str], ...] = (  # first bytes, what the file is, the way out
    (rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", "save it as PNG or JPEG"),
    (rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", "a JPEG 2000 picture", "save it as PNG or JPEG"),
    (rb"8BPS", "a Photoshop document (PSD)", RESAVE),
    (rb"%PDF-", "a PDF document", "export the page or the picture in it as PNG or JPEG"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript drawing", "export it as PNG or JPEG"),
    (rb"gimp xcf ", "a GIMP document (XCF)", "export it as PNG or JPEG"),
    (rb"\0\0\x01\0[^\0]\0", "a Windows icon (ICO)", "save the largest picture in it as PNG"),
    (rb"\0\0\x02\0[^\0]\0", "a Windows cursor", "save the picture in it as PNG"),
    (rb"icns", "a Mac icon (ICNS)", "save the largest picture in it as PNG"),
    (rb"II\*\0.{4}CR\x02", "a camera raw file (Canon CR2)", CAMERA_RAW),
    (rb"IIU\0", "a camera raw file (Panasonic RW2)", CAMERA_RAW),
    (rb"IIR[OS]|MMOR", "a camera raw file (Olympus ORF)", CAMERA_RAW),
    (rb"FUJIFILMCCD-RAW", "a camera raw file (Fujifilm RAF)", CAMERA_RAW),
    (rb"\0MRM", "a camera raw file (Minolta MRW)", CAMERA_RAW),
    (rb"FOVb", "a camera raw file (Sigma X3F)", CAMERA_RAW),
    (rb"II\x1a\0\0\0HEAPCCDR", "a camera raw file (Canon CRW)", CAMERA_RAW),
    (rb"II\xbc[\0\x01]", "a JPEG XR picture", "save it as PNG or JPEG"),
    (rb"\x76\x2f\x31\x01", "an OpenEXR picture", "save it as PNG, or as TIFF"),
    (rb"#\?(RADIANCE|RGBE)", "a Radiance HDR picture", "save it as PNG, or as TIFF"),
    (rb"P[1-7F][\s#]|Pf\s", "a Netpbm picture (PNM)", "save it as PNG"),
    (rb"DDS ", "a DirectDraw texture (DDS)", "save it as PNG"),
    (rb"qoif", "a QOI picture", "save it as PNG"),
    (rb"BPG\xfb", "a BPG picture", "save it as PNG or JPEG"),
    (rb"AT&TFORM", "a DjVu document", "export the page as PNG or JPEG"),
    (rb"SIMPLE  =", "a FITS picture", "save it as TIFF"),
    (rb".{128}DICM", "a DICOM picture", "export it as PNG or TIFF"),
    (rb"\x8aMNG|\x8bJNG", "an MNG animation", "save one frame of it as PNG"),
    (rb"PK\x03\x04", "a ZIP archive or an office document", "take the picture out of it"),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b|\x04\x22\x4d\x18", "an archive", "take the picture out of it"),
    (rb"RIFF....AVI |\x1aE\xdf\xa3|\0\0\x01\xba", "a video", "save one frame of it as PNG or JPEG"),
    (rb"RIFF....WAVE|ID3|OggS|fLaC", "a sound", "choose a picture"),
    (
        rb"version https://git-lfs",
        "a pointer of Git LFS, not the picture",
        "fetch the picture with git lfs pull",
    ),
)
_BRANDS: tuple[tuple[bytes, Kind | tuple[str, str]], ...] = (  # of an ISO container; the first that is there counts
    (rb"avif|avis", "AVIF"),
    (rb"hei[cxms]|hev[cxms]", "HEIC"),
    (rb"crx ", ("a camera raw file (Canon CR3)", CAMERA_RAW)),
    (rb"jxl ", ("a JPEG XL picture", "save it as PNG or JPEG")),
    (rb"mif1|msf1|mif2|miaf", "HEIC"),
    (rb"", ("a video", "save one frame of it as PNG or JPEG")),
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
        raise refusal_of_format(name, "a drawing (SVG)", "export it as PNG")
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        raise refusal_of_format(name, "a web page (HTML)", "save the picture in it, not the page")
    raise ImageError("{name} isn't a picture we can read: use {formats}.", name=name, formats=NAMES)


def refusal_of_format(name: str, what: str, advice: str) -> ImageError:
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
