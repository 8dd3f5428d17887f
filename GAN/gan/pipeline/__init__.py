"""The steps of a machine, and what runs them."""
