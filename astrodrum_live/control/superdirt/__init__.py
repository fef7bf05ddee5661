"""What live coders' tools say to SuperDirt, understood as hits of this instrument."""
