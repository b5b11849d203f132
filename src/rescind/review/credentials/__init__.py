"""The tables of what lets in: sessions, keys and links, how they are opened, and what ends them."""
