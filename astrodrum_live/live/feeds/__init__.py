"""What a running instrument tells of itself, a module for each kind of news."""
