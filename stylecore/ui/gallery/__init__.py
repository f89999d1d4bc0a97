"""The gallery: finished results of samples."""
