"""What comes from outside and is believed: bytes, headers, addresses."""
