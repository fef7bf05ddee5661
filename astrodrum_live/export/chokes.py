"""Who silences whom, for formats in which a pad belongs to one group at most."""

from typing import NamedTuple

from astrodrum_live.control.patch import Patch, choke_masks


class Groups(NamedTuple):
    """``member``: the group a pad's hits belong to, 1 and up. ``silenced_by``: the group whose hits
    silence it; a hit of its own group may be its own. ``untold``: what does not fit, in words."""

    member: dict[int, int]
    silenced_by: dict[int, int]
    untold: list[str]


def choke_groups(patch: Patch, pads: list[int], one_way: bool) -> Groups:
    """The chokes among ``pads`` as groups. ``one_way``: a pad may be silenced by a group that it is
    no member of. Choke groups come first; what contradicts them is left out and told."""
    masks = choke_masks(patch)
    own = {pad: _own_group(patch, pads, pad) for pad in pads}
    groups = list(dict.fromkeys(filter(None, own.values())))
    silenced_by: dict[int, int] = {}
    untold = []
    for pad in pads:
        silencers = frozenset(other for other in pads if masks[other] >> pad & 1)
        taken = own[pad]
        if one_way and not taken and _fits(silencers, groups):
            taken = silencers
        if taken:
            if taken not in groups:
                groups.append(taken)
            silenced_by[pad] = groups.index(taken) + 1
        if lost := sorted(silencers - taken):
            names = ", ".join(patch.pads[other].name for other in lost)
            untold.append(f"{names} choking {patch.pads[pad].name}")
    member = {pad: number for number, group in enumerate(groups, 1) for pad in sorted(group)}
    return Groups(member, silenced_by, untold)


def _fits(wanted: frozenset[int], groups: list[frozenset[int]]) -> bool:
    """Whether no pad would be in two groups: ``wanted`` is one of them, or apart from them all."""
    return all(group == wanted or not group & wanted for group in groups)


def _own_group(patch: Patch, pads: list[int], pad: int) -> frozenset[int]:
    """The pads that share the pad's choke group, itself among them; empty if it is alone there."""
    name = patch.pads[pad].choke_group
    group = frozenset(other for other in pads if name and patch.pads[other].choke_group == name)
    return group if len(group) > 1 else frozenset()
