"""The register of JACK servers is forgotten when none runs, and else let alone."""

from pathlib import Path

from jack_leftovers import forget_dead_servers


def left_behind(folder: Path) -> list[str]:
    (folder / "jack_db-0").mkdir()
    for name in ("jack-shm-registry", "jack-0-0", "jack_db-0/log", "astrodrum-1"):
        (folder / name).touch()
    return sorted(path.name for path in folder.iterdir())


def processes(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names, 1):
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / "comm").write_text(f"{name}\n")
    return folder


def test_what_dead_servers_left_is_taken_away(tmp_path: Path) -> None:
    memory = tmp_path / "shm"
    memory.mkdir()
    left_behind(memory)
    forget_dead_servers(memory, processes(tmp_path / "proc", "bash", "python3"))
    assert [path.name for path in memory.iterdir()] == ["astrodrum-1"]


def test_while_a_server_runs_nothing_is_touched(tmp_path: Path) -> None:
    memory = tmp_path / "shm"
    memory.mkdir()
    there = left_behind(memory)
    forget_dead_servers(memory, processes(tmp_path / "proc", "bash", "jackdbus"))
    assert sorted(path.name for path in memory.iterdir()) == there
