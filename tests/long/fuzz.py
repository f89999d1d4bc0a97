"""Fuzzes the decoder, the recipe reader and the address reader for some minutes; see `tests.support.fuzzing`.

`python -m tests.long.fuzz --minutes 10 --seed 1 --findings /tmp/findings` exits with 1 when something was found. Should
the interpreter itself be killed, the input is in the findings' folder as `current`.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
import warnings
from pathlib import Path
from types import FrameType

from tests.support.fuzzing import Fuzz, Hang


def _hang(_signal: int, _frame: FrameType | None) -> None:
    raise Hang


def main() -> int:
    """Returns 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.long.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="folder for what is found")
    options = parser.parse_args()
    options.findings.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    signal.signal(signal.SIGALRM, _hang)
    fuzz = Fuzz(options.findings, options.seed)
    started = time.monotonic()
    fuzz.run(60 * options.minutes)
    print(f"{fuzz.report()}, {fuzz.executions / (time.monotonic() - started) * 60:.0f} executions a minute")
    return 1 if fuzz.findings else 0


if __name__ == "__main__":
    sys.exit(main())
