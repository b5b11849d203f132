"""What proves who a principal is: verifiers, and the work they cost."""
