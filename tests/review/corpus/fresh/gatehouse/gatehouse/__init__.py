"""Gate between the partners' identity providers and the house's own services."""
