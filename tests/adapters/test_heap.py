"""Threads that come and go share one heap, in a process of its own since it is the process's for good."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import ctypes, sys, threading
from adapters.system.heap import share_heap_between_threads

library = ctypes.CDLL(None)
library.malloc.restype = library.fopen.restype = ctypes.c_void_p
if sys.argv[1] == "shared":
    assert share_heap_between_threads()
all_have = threading.Barrier(7)

def has_some():
    library.malloc(ctypes.c_size_t(100_000))
    all_have.wait()

threads = [threading.Thread(target=has_some) for _ in range(6)]
for thread in threads:
    thread.start()
all_have.wait()
file = ctypes.c_void_p(library.fopen(sys.argv[2].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


def heaps(folder: Path, how: str) -> int:
    told = folder / how
    subprocess.run([sys.executable, "-c", SCRIPT, how, str(told)], cwd=ROOT, check=True, timeout=60)  # noqa: S603
    return told.read_text().count("<heap ")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not glibc, which has a heap for each thread")
def test_threads_share_the_heap(tmp_path: Path) -> None:
    assert heaps(tmp_path, "by itself") >= 6
    assert heaps(tmp_path, "shared") == 1
