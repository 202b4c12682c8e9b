"""How good it is: one command, one report."""
