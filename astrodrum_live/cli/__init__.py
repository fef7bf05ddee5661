"""The `astrodrum` command: one module per verb."""
