"""What our data are worth on NASA's C-MAPSS, the benchmark of the field: `npm run bench:cmapss -- --data DIR`."""
