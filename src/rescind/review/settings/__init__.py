"""What an application is set to, for whom, and which literals stand in it."""
