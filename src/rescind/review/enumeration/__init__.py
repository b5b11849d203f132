"""Where code learns whether there is an account, and what it answers then."""
