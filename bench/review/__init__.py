"""Holds reviewers of code against cases with labels, mature code and real fixes: ``make bench-review``."""
