"""The page about layers."""
