"""What this process holds, as far as Python's collector and the stacks of its threads can see."""

import gc
import io
import sys
import threading

CONTAINERS = (tuple, list, dict, set, frozenset)


def held_texts():
    """All bytes and texts that anything in this process refers to."""
    gc.collect()
    seen = set()
    waiting = [*gc.get_objects(), *(dict(frame.f_locals) for frame in frames_of_other_threads())]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        kind = type(found)  # `isinstance` would ask `__class__`, which wakes proxies
        if issubclass(kind, (bytes, bytearray)):
            yield bytes(found)
        elif issubclass(kind, str):
            yield found.encode("utf-8", "surrogatepass")
        elif issubclass(kind, memoryview):
            yield found.tobytes()
        elif issubclass(kind, io.BytesIO):
            if not found.closed:
                yield found.getvalue()
        else:  # the collector itself passes over tuples and dicts without anything that it would collect
            waiting.extend(
                other
                for other in gc.get_referents(found)
                if issubclass(type(other), (bytes, bytearray, str, memoryview))
                or (issubclass(type(other), CONTAINERS) and not gc.is_tracked(other))
            )


def frames_of_other_threads():
    """All frames of their stacks."""
    for thread, newest in sys._current_frames().items():
        frame = newest if thread != threading.get_ident() else None
        while frame is not None:
            yield frame
            frame = frame.f_back
