"""What learns from a seed and makes new runs."""
