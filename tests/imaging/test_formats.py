"""What a file is, and what is said of those that can't be read."""

import re

import pytest

from stylecore.errors import ImageError
from stylecore.imaging.formats import EXTENSIONS, kind_of
from stylecore.imaging.images import decode, picture_size
from tests.support import hostile


def box(*brands):
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return (4 + len(body)).to_bytes(4, "big") + body


UNREADABLE = {
    "JPEG XL": b"\xff\x0a" + bytes(30),
    "JPEG XL ": b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"jxl "),
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "PSD": b"8BPS\0\1" + bytes(30),
    "PDF": b"%PDF-1.7\n",
    "PostScript": b"%!PS-Adobe-3.0",
    "SVG": b"<?xml version='1.0'?>\n<!-- x -->\n<svg xmlns='http://www.w3.org/2000/svg'/>",
    "SVG ": b"\xef\xbb\xbf <svg/>",
    "HTML": b"<!DOCTYPE html><html><body><svg/>",
    "ICO": b"\0\0\1\0\2\0\x10\x10",
    "CR2": b"II*\0\x10\0\0\0CR\2\0",
    "CR3": box(b"crx ", b"crx ", b"isom"),
    "RW2": b"IIU\0\x18\0\0\0",
    "ORF": b"IIRO\x08\0\0\0",
    "RAF": b"FUJIFILMCCD-RAW 0201",
    "OpenEXR": b"\x76\x2f\x31\x01\2\0\0\0",
    "Radiance": b"#?RADIANCE\n",
    "Netpbm": b"P6\n2 2\n255\n" + bytes(12),
    "GIMP": b"gimp xcf v011",
    "video": box(b"isom", b"isom", b"mp42"),
    "video ": b"\x1aE\xdf\xa3" + bytes(20),
    "archive": b"PK\3\4" + bytes(20),
    "DICOM": bytes(128) + b"DICM",
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\n",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_can_t_be_read_is_told_by_name(name):
    for call in (decode, picture_size):
        with pytest.raises(ImageError) as caught:
            call(UNREADABLE[name], "holiday.jpg")
        said = str(caught.value)
        assert re.fullmatch(r"holiday.jpg is an? .+, which can't be read here: .+\.", said)
        assert name.strip() in said.split(": ")[0]
        assert name.strip() not in said.split(": ")[1]


@pytest.mark.parametrize("kind", EXTENSIONS)
def test_a_broken_file_is_told_by_name_and_never_to_become_what_it_is(kind):
    starts = {
        "PNG": b"\x89PNG\r\n\x1a\n",
        "JPEG": b"\xff\xd8\xff\xe0",
        "WebP": b"RIFF\0\0\0\0WEBPVP8 ",
        "GIF": b"GIF89a",
        "BMP": b"BM",
        "TIFF": b"II*\0",
        "AVIF": box(b"avif", b"mif1"),
        "HEIC": box(b"heic", b"mif1"),
    }
    with pytest.raises(ImageError) as caught:
        decode(starts[kind] + bytes(40), "holiday.jpg")
    found, advice = str(caught.value).split(": ", 1)
    assert f"is a {kind} file" in found
    assert kind not in advice


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        ([b"heic", b"mif1"], "HEIC"),
        ([b"mif1", b"mif1", b"heic"], "HEIC"),
        ([b"heix"], "HEIC"),
        ([b"msf1", b"hevc"], "HEIC"),
        ([b"avif", b"mif1"], "AVIF"),
        ([b"mif1", b"avif"], "AVIF"),
        ([b"mif1"], "HEIC"),
    ],
)
def test_pictures_in_boxes_are_told_apart_by_their_brands(brands, kind):
    assert kind_of(box(*brands), "x") == kind


def test_every_sound_file_has_its_kind():
    kinds = {name: kind_of(data, name) for name, data in hostile.seeds().items()}
    assert all(kind.lower() in name.replace("mpo", "jpeg").replace("apng", "png") for name, kind in kinds.items())
