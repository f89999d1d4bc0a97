"""Photographs × styles of the samples, for scripts that measure on many pairs."""

from stylecore.samples import sample_contents, sample_styles


def sample_pairs(every=1):
    """Paths of every so many of the 52 pairs, by both names: "Chelsea, Embroidery"."""
    pairs = [
        (f"{content}, {style}", (content_path, style_path))
        for content, content_path in sample_contents().items()
        for style, style_path in sample_styles().items()
    ]
    return dict(pairs[::every])
