"""What decoding took is given back, whatever thread it was in."""

import subprocess
import sys
import threading

import pytest
from PIL import Image

from stylecore.imaging import heap
from stylecore.imaging.images import LARGE, decode
from tests.support.hostile import saved

THREADS = 16
LEFT = 15  # MB of a thread's own, at most; 20 were left before


def resident():
    """Megabytes."""
    with open("/proc/self/status", encoding="ascii") as file:
        return int(file.read().split("VmRSS:")[1].split()[0]) * 1024 / 1e6


@pytest.mark.long
@pytest.mark.skipif(heap._of_libc("malloc_trim") is None, reason="another C library than glibc")
def test_threads_that_decode_large_pictures_leave_nothing_behind():
    data = saved(Image.new("RGBA", (4000, 4000)), "PNG", compress_level=1)
    assert LARGE < 4000 * 4000
    decode(data, longest=640)  # what is imported for it stays
    before = resident()
    waiting = threading.Barrier(THREADS)

    def work():
        decode(data, longest=640)
        waiting.wait()  # all live at once, as tabs do

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert resident() - before < LEFT * THREADS


@pytest.mark.skipif(heap._of_libc("mallopt") is None, reason="another C library than glibc")
def test_a_block_of_some_megabytes_goes_back_as_soon_as_it_is_free():
    code = """
from stylecore.imaging import heap
from tests.imaging.test_heap import resident
heap.return_large_blocks()
bytearray(b"x") * 8_000_000  # once freed, glibc would keep the next ones of this size
blocks = [bytearray(b"x") * 8_000_000 for _ in range(20)]
kept = bytearray(b"x") * 500_000  # lies above them, so that the heap can't be cut at its end
before = resident()
del blocks[:-1]
print(before - resident())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 140


def test_where_there_is_no_such_function_nothing_happens(monkeypatch):
    def none(_name):
        raise OSError

    heap._of_libc.cache_clear()
    monkeypatch.setattr(heap.ctypes, "CDLL", none)
    heap.give_back()
    heap.share_arenas()
    heap.return_large_blocks()
    heap._of_libc.cache_clear()
