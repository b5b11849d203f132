"""What the words of the source say: names, and what they are the names of."""
