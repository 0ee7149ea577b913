"""Demonstrations: `python -m demos.NAME` prints its figures and writes its pictures into out/."""
