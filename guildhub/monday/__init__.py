"""The stewards' Monday mail: what waits and how the hub is, once a week, on the morning of whoever reads it."""
