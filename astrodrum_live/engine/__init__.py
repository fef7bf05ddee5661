"""The Python side of the fence: owns the shared memory, the device and the doors into the callback."""
