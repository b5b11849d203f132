"""What a review is turned into: for a terminal, for a pull request, for code scanning."""
