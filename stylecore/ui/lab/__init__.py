"""The λ lab."""
