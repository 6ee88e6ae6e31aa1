# SPDX-License-Identifier: Apache-2.0
"""The crash states of a journal: every sync boundary, single writes dropped or torn, random reorderings."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from disk import SECTOR, Disk, File, NameOp, Op, State, sector_down, sector_up, zero

HOLE_CHANCE = 0.4  # Of a file, in a reordering.
SECTOR_CHANCE = 0.3  # Of each sector of such a file.
BLOCK = 4096


@dataclass
class Crash:
    """Power is cut before operation `cut`, or before it has taken effect; `what` says what is left.

    To be asked for its state before the next one is taken: the disk grows."""

    cut: int
    kind: str
    what: str
    disk: Disk
    state: Callable[[], State]


def is_boundary(op: Op) -> bool:
    return op.kind in ("sync", "sync-folder")


def disks(ops: list[Op]) -> Iterator[tuple[int, Disk]]:
    """The disk before each operation, and at the end; one object that grows."""
    disk = Disk()
    for op in ops:
        yield op.number, disk
        disk.apply(op)
    yield len(ops), disk


def boundaries(ops: list[Op]) -> Iterator[Crash]:
    """Before each sync, and at the end: only what was synced, and all that was written."""
    for cut, disk in disks(ops):
        if cut == len(ops) or is_boundary(ops[cut]):
            yield Crash(cut, "boundary", "synced only", disk, disk.only_synced)
            yield Crash(cut, "boundary", "all written", disk, disk.everything)


def singles(ops: list[Op], chance: random.Random, wanted: int | None) -> Iterator[Crash]:
    """Before each sync: all is there but one write or name. `wanted` of them, or all."""
    places = [
        (cut, place)
        for cut, disk in disks(ops)
        if cut < len(ops) and is_boundary(ops[cut])
        for place in single_places(disk)
    ]
    chosen = places if wanted is None else chance.sample(places, min(wanted, len(places)))
    by_cut: dict[int, list[tuple]] = {}
    for cut, place in chosen:
        by_cut.setdefault(cut, []).append(place)
    for cut, disk in disks(ops):
        for what, first, second in by_cut.get(cut, []):
            yield Crash(cut, "single", what, disk, partial(single_state, disk, what, first, second))


def single_places(disk: Disk) -> Iterator[tuple[str, int, int]]:
    for number, name in enumerate(disk.pending):
        yield f"{name.op.kind} dropped", number, 0
    for number, change in disk.unsynced():
        file = disk.files[number]
        if file.changes[change].kind == "truncate":
            yield "truncate dropped", number, change
            continue
        damages = ["write dropped", "write's sectors lost", "write torn"]
        for what in damages + (["last write zeroed"] if change + 1 == len(file.changes) else []):
            yield what, number, change


def single_state(disk: Disk, what: str, first: int, second: int) -> State:
    state = disk.everything()
    kind = what.removesuffix(" dropped")
    if kind in ("create", "mkdir", "rename", "remove"):
        dropped = disk.pending[first]
        state.names = disk.names(lambda name: name is not dropped)
    elif kind == "truncate":
        state.contents[first] = disk.files[first].content(len(disk.files[first].changes), second)
    else:
        damage(state.contents[first], disk.files[first], second, what)
    return state


def damage(content: bytearray, file: File, change: int, what: str) -> None:
    begin, end = file.place(change)
    durable = len(file.content(file.synced))
    is_last = end == len(content)
    middle = begin + (end - begin) // 2
    if what == "write dropped" and is_last:
        del content[begin:]
    elif what == "write torn" and is_last:
        del content[middle:]
    elif what == "write torn":
        zero(content, sector_up(middle), sector_up(end), durable)
    elif what == "write's sectors lost":
        zero(content, sector_down(begin), sector_up(end), durable)
    else:
        zero(content, begin, end, durable)


def reorderings(ops: list[Op], chance: random.Random, wanted: int) -> Iterator[Crash]:
    """At random moments: of each file a random part of what was not synced, of the names some."""
    at_cut: dict[int, list[int]] = {}
    for seed in (chance.getrandbits(64) for _ in range(wanted)):
        at_cut.setdefault(random.Random(seed).randrange(1, len(ops) + 1), []).append(seed)
    for cut, disk in disks(ops):
        for seed in at_cut.get(cut, []):
            state = partial(reordered, disk, random.Random(seed + 1))
            yield Crash(cut, "reordered", f"seed {seed}", disk, state)


def reordered(disk: Disk, chance: random.Random) -> State:
    # Either the file system keeps the order of names, or each is on its own.
    kept_until = chance.randrange(len(disk.pending) + 1)
    is_ordered = chance.random() < 0.5
    fates = {
        id(name): number < kept_until if is_ordered else chance.random() < 0.5
        for number, name in enumerate(disk.pending)
    }

    def is_kept(name: NameOp) -> bool:
        return fates[id(name)]

    contents = {number: left_of(file, chance) for number, file in disk.all_files()}
    return State(disk.names(is_kept), contents)


def left_of(file: File, chance: random.Random) -> bytearray:
    count = chance.randint(file.synced, len(file.changes))
    content = file.content(count)
    durable = len(file.content(file.synced))
    if count > file.synced and file.changes[count - 1].kind == "append" and chance.random() < 0.5:
        begin, end = file.place(count - 1)
        del content[chance.randint(begin, end) :]
    if chance.random() < HOLE_CHANCE:
        step = chance.choice((SECTOR, BLOCK))
        for begin in range(durable // step * step, len(content), step):
            if chance.random() < SECTOR_CHANCE:
                zero(content, begin, begin + step, durable)
    return content
