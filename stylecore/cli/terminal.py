"""What the commands print: results on stdout, and everything that is said about them on stderr."""

from __future__ import annotations

import json
import sys

from stylecore.transfer.records import Step

BAR = 24  # characters of the progress bar


def print_json(values: object) -> None:
    """Prints a result as indented JSON."""
    print(json.dumps(values, indent=2, ensure_ascii=False))


def note(sentence: str) -> None:
    """Tells the user something that doesn't stop the command."""
    print(f"stylecore: note: {sentence}", file=sys.stderr)


def show_progress(step: Step, steps: int) -> None:
    """Shows a progress bar with losses and the time left if stderr is a terminal; a step's notice in any case.

    Args:
        step: the newest one.
        steps: updates that the run will have made at its end.
    """
    if step.notice:
        print(f"\n{step.notice}", file=sys.stderr)
    if not sys.stderr.isatty():
        return
    done = step.index / steps if steps else 1.0
    left = step.seconds / step.index * (steps - step.index) if step.index else 0.0
    bar = "█" * int(BAR * done) + "░" * (BAR - int(BAR * done))
    losses = f"content {step.losses.content[0]:.4g}  style {step.losses.style[0]:.4g}"
    if len(step.lambdas) > 1:
        losses = f"L {', '.join(f'{total:.3g}' for total in step.losses.total)}"
    end = "\n" if step.last else ""
    print(f"\r{bar} {step.index}/{steps}  {losses}  {left:.0f} s left \x1b[K", end=end, file=sys.stderr, flush=True)


def leave_progress() -> None:
    """Ends the line of a progress bar that stopped before its last step."""
    if sys.stderr.isatty():
        print(file=sys.stderr)
