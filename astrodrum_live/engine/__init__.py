"""The Python side of the fence: owns the memory, the device and the doors into the callback."""
