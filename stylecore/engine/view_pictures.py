"""Pictures as queries look at them: decoded once, at the small size of a view, however often they are asked about."""

from __future__ import annotations

import threading
from collections import OrderedDict

from PIL import Image

from stylecore.imaging.images import decode
from stylecore.imaging.scaling import fit

MAX_VIEWS = 32  # kept; each has at most some hundred thousand pixels


class ViewPictures:
    """The newest pictures that queries have looked at. It holds no file: a removed one is gone.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self._kept: OrderedDict[tuple[object, ...], Image.Image] = OrderedDict()
        self._forgotten = 0  # times
        self._lock = threading.Lock()

    def get(self, data: bytes, size: int, shortest: int, name: str, scale: float = 1.0) -> Image.Image:
        """A picture at a size; see `imaging.scaling.fit`.

        Args:
            data: bytes of the file.
            size: longer side, in pixels.
            shortest: the least that the shorter side may have, in pixels.
            name: what the message of an error calls the picture.
            scale: factor on `size`.

        Raises:
            ImageError: if it can't be used.
        """
        key = (len(data), hash(data), size, shortest, scale)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            forgotten = self._forgotten
        picture = fit(decode(data, name, max(1, round(size * scale))), size, shortest, name, scale)
        with self._lock:
            if self._forgotten == forgotten:  # else it may be the very one that is to be gone
                self._kept[key] = picture
            while len(self._kept) > MAX_VIEWS:
                self._kept.popitem(last=False)
        return picture

    def forget(self) -> None:
        """Drops all pictures."""
        with self._lock:
            self._kept.clear()
            self._forgotten += 1
