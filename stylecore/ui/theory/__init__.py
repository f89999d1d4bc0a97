"""The page about theory."""
