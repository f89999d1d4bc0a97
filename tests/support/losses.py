"""Losses as a run reports them, with numbers that are easy to reckon with."""

from stylecore.transfer.records import LossRecord


def loss_record(index, lam=0.2, content=0.1, style=0.5):
    """Losses of one picture at one step."""
    return LossRecord(
        index,
        (lam,),
        (content,),
        (style,),
        (lam * content + (1 - lam) * style,),
        {"relu4_2": (content,)},
        {"relu1_1": (0.25 * style,), "relu2_1": (0.75 * style,)},
    )


def loss_history(count):
    """Losses of steps 0 to count − 1: the content loss rises from 0, the style loss falls from 1."""
    return [loss_record(i, content=0.1 * i, style=1.0 / (i + 1)) for i in range(count)]
