"""How rescind's tables are made by Django's migrations, and whose they are."""
