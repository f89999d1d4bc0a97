"""Inputs and displays that several pages share."""
