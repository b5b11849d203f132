"""Préstamos de una red de bibliotecas municipales."""
