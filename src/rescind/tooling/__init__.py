"""What the tools that look at code share besides `rescind.reading`: how they are configured, and how they
tell what they found.

`configuration` reads one table of a TOML file, `sarif` and `workflow` say findings to other programs, `whole`
writes a file whole or not at all.
"""
