"""What things cost: ``python -m bench [NAME ...]``. Ratios against peers measured in the same run.

Machines are noisy, so absolute figures are for people and the gates are ratios inside one interleaved run.
"""
