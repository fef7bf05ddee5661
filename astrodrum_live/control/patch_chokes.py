"""What a patch says about silence: whom a pad chokes, and how fast a group's pads fall silent."""

from collections.abc import Sequence

from astrodrum_live.control.patch_section import PatchSource, Section, show, suggest
from astrodrum_live.params import nearest, pad_param


def choke_targets(section: Section, names: list[str]) -> tuple[str, ...]:
    """The pads that a pad silences one way. Errors: ``PatchError``."""
    targets = section.items("chokes")
    for target in targets:
        if target not in names:
            hint = nearest(target, names) if isinstance(target, str) else ""
            text = f"chokes names {show(target)}, and there is no such pad{hint}"
            raise section.error("chokes", text)
        if target == section.table["name"]:
            raise section.error("chokes", f"'{target}' cannot choke itself; take it out of chokes")
    return tuple(str(target) for target in targets)


def group_fades(source: PatchSource, groups: Sequence[str]) -> dict[str, float]:
    """Fades, ms, of the ``[choke_group.NAME]`` tables: the default of the group's pads.

    ``groups``: those that pads are in. Errors: ``PatchError``.
    """
    tables = source.data.get("choke_group", {})
    known = tables if isinstance(tables, dict) else ()
    top = Section(source, ("choke_group",), tables, known)
    row, fades = pad_param("choke_fade"), {}
    there = sorted(set(filter(None, groups)))
    for name, table in top.table.items():
        if name not in there:
            hint = suggest(name, there) if there else "; give pads choke_group first"
            raise top.error(name, f"no pad is in choke_group '{name}'{hint}")
        group = Section(source, ("choke_group", name), table, [row.key], f"[choke_group.{name}]")
        fades[name] = group.row(row)
    return fades
