"""Sensors on buoys: enrolment, measurements, and the people who look at them."""
