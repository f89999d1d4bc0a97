"""What pictures are called."""

import pytest

from stylecore.ui.state.names import shortened


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Embroidery", "Embroidery"),
        ("Embroidery and Sunset dots", "Embroidery and Sunset …"),
        ("Embroidery and Swirling night", "Embroidery and Swirling …"),
        ("IMG_20260101_123456_portrait.jpeg", "IMG_20260101_123456_port…"),
    ],
)
def test_a_long_name_ends_after_a_word(text, short):
    assert shortened(text, 25) == short
    assert len(short) <= 25
