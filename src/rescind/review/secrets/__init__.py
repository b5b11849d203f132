"""Secrets by what they are called and held against, and where they are told."""
