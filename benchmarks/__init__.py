"""Benchmarks: run by hand, each prints ratios taken in one run; no test asserts a time."""
