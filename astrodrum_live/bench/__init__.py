"""What `astrodrum bench` measures: one module per question."""
