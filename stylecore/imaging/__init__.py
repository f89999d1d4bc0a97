"""Bytes ↔ pictures ↔ tensors."""
