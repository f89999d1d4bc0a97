"""What the processes of tests do that must not live long; imports nothing that takes long."""

import os


def dies(_connection):
    """A worker of a batch that does not live to see a picture."""
    os._exit(9)
