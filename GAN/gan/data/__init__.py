"""Runs, and the tables that hold them."""
