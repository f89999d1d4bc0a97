"""Which runs a plan consists of."""
