"""The mathematics of style transfer, on torch alone."""
