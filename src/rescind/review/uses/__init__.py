"""What a value is by what is done with it, whatever it is called."""
