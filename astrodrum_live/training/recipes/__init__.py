"""Training recipes, one readable TOML file each."""
