"""What the scripts beside the steps do, one file each: they read what the steps made, or write it in another form."""
