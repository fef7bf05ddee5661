"""The Beat Maker page: a web server in a process of its own, an OSC client like any other."""
