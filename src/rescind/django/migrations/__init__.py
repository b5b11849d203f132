"""What Django's ``migrate`` runs."""
