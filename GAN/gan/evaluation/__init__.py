"""How good data are."""
