"""The physics that makes seeds."""
