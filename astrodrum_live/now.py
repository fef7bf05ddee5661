"""The one clock that arrival times, schedules and the callback agree on.

``time.perf_counter_ns`` is CLOCK_MONOTONIC on Linux, mach_absolute_time on macOS and
QueryPerformanceCounter on Windows; the callback reads the same three (``rt/clock.py``).
"""

from time import perf_counter_ns as now_ns

__all__ = ["now_ns"]
