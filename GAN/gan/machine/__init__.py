"""What a machine is: its profile and how it wears."""
