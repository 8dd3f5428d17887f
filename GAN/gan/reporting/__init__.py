"""What people read of the data: reports and cards."""
