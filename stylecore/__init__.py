"""Neural style transfer after Gatys et al. 2015: a core for the dashboard, the command line and a reader."""

__version__ = "0.2.0"
