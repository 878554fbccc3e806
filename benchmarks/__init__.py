"""Measurements that compare costs within one run: ratios, never seconds of this or that machine."""
