"""What a command can be, by number."""

HIT, SET_PAD, SET_MASTER, CHOKE, PANIC, HUSH, SET_ORBIT = 1, 2, 3, 4, 5, 6, 7
LOAD_PAD, LOAD_CHOKES = 8, 9  # a kit's, for coming hits: what rings is left as it is
