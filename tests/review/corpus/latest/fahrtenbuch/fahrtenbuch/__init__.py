"""Fahrtenbuch der Flotten: ein Dienst für Fahrten, Fahrzeuge und Boxen."""
