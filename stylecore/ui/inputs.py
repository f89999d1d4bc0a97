"""Choosing pictures: a sample, or an upload."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from stylecore.images import MAX_BYTES, ImageError, decode, read

UPLOAD = "Upload …"
TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]


def choose_picture(title: str, key: str, samples: Mapping[str, Path], default: str) -> bytes | None:
    """Lets the visitor choose, and shows what was chosen.

    Returns:
        The file's bytes, checked to be a picture; None while there is none, and the page has said why.
    """
    st.markdown(f"**{title}**")
    choice = st.selectbox(
        title,
        [*samples, UPLOAD],
        index=list(samples).index(default),
        key=f"{key}_choice",
        label_visibility="collapsed",
        persist_state="session",
    )
    if choice != UPLOAD:
        data = read(samples[choice])
        st.image(str(samples[choice]), alt=f"{title}: {choice}", width="stretch")
        return data
    file = st.file_uploader(
        f"{title} file",
        type=TYPES,
        key=f"{key}_upload",
        label_visibility="collapsed",
        max_upload_size=MAX_BYTES >> 20,
    )
    if file is None:
        st.caption("Choose a file to go on.")
        return None
    data = file.getvalue()
    try:
        picture = decode(data, "This file")
    except ImageError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    picture.thumbnail((800, 800))
    st.image(picture, alt=f"{title}: your upload", width="stretch")
    return data
