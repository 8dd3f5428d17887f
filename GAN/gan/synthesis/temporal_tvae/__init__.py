"""The project's own synthesizer."""
