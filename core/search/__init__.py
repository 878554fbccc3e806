"""Search in every script: how words are written alike (text.py), found (find.py) and shown (marks.py)."""
