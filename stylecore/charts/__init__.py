"""Plotly figures, as plain dicts."""
