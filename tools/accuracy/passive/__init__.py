"""Signals that may tell a face from a picture of one, and how well they do. Run by ../antispoof.py."""
