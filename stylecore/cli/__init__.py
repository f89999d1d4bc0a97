"""The command line: `python -m stylecore`."""
