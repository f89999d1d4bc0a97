"""The mathematics of style transfer, on torch and torchvision alone."""
