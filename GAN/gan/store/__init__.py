"""Where artifacts lie, and how they appear whole or not at all."""
