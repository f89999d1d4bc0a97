"""Runs jobs for many visitors, one after another."""
