# SPDX-License-Identifier: Apache-2.0
"""A disk after a power cut: what a journal of operations can have left of itself.

Content is durable up to a file's last sync, a name up to its folder's. Of what came later anything may be
there: a file's writes up to any of them, sectors of them as zeros, each name or not. No journal of a file
system is counted on that would keep more."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512


@dataclass(frozen=True)
class Op:
    number: int
    kind: str
    path: str
    at_ns: int
    data: bytes = b""
    size: int = 0
    to: str = ""
    what: str = ""
    session: str = ""


def read_journal(folder: Path) -> list[Op]:
    data = (folder / "journal.data").read_bytes()
    ops, at = [], 0
    for number, line in enumerate((folder / "journal.jsonl").read_text().splitlines()):
        fields = json.loads(line)
        length = fields.get("bytes", 0)
        ops.append(
            Op(
                number,
                fields["op"],
                fields["path"],
                fields["at"],
                data[at : at + length],
                *(fields.get(name, default) for name, default in (("size", 0), ("to", ""))),
                *(fields.get(name, "") for name in ("what", "session")),
            )
        )
        at += length
    return ops


@dataclass
class File:
    """All that was ever done to one file's content; `synced` of it is durable."""

    changes: list[Op] = field(default_factory=list)
    synced: int = 0

    def content(self, count: int, without: int = -1) -> bytearray:
        """After the first `count` changes, one of them left out if told."""
        content = bytearray()
        for number, op in enumerate(self.changes[:count]):
            if number == without:
                continue
            if op.kind == "append":
                content += op.data
            else:
                del content[op.size :]
                content += bytes(op.size - len(content))
        return content

    def place(self, number: int) -> tuple[int, int]:
        """Where a write stands."""
        begin = len(self.content(number))
        return begin, begin + len(self.changes[number].data)


@dataclass(frozen=True)
class NameOp:
    op: Op
    file: int  # The file that gets or loses the name; FOLDER for a folder.

    def folders(self) -> set[str]:
        return {parent(self.op.path), parent(self.op.to or self.op.path)}


FOLDER = -1


def parent(path: str) -> str:
    return path.rpartition("/")[0]


@dataclass
class Disk:
    """What the disk was told up to a moment; grows op by op."""

    files: list[File] = field(default_factory=list)
    live: dict[str, int] = field(default_factory=dict)  # What a running program sees.
    durable: dict[str, int] = field(default_factory=dict)
    pending: list[NameOp] = field(default_factory=list)

    def apply(self, op: Op) -> None:
        if op.kind in ("create", "mkdir", "rename", "remove"):
            self._apply_name(op)
        elif op.kind in ("append", "truncate"):
            self.files[self.live[op.path]].changes.append(op)
        elif op.kind == "sync":
            file = self.files[self.live[op.path]]
            file.synced = len(file.changes)
        elif op.kind == "sync-folder":
            for name in [name for name in self.pending if op.path in name.folders()]:
                change_names(self.durable, name)
                self.pending.remove(name)

    def _apply_name(self, op: Op) -> None:
        if op.kind == "create":
            if op.path in self.live:  # Emptied; the name is there.
                self.files[self.live[op.path]].changes.append(Op(op.number, "truncate", op.path, op.at_ns))
                return
            self.files.append(File())
        number = len(self.files) - 1 if op.kind == "create" else self.live.get(op.path, FOLDER)
        name = NameOp(op, number)
        change_names(self.live, name)
        self.pending.append(name)

    def unsynced(self) -> Iterator[tuple[int, int]]:
        """File and number of each change that a power cut may take."""
        for number, file in enumerate(self.files):
            for change in range(file.synced, len(file.changes)):
                yield number, change

    def names(self, is_kept: Callable[[NameOp], bool]) -> dict[str, int]:
        names = dict(self.durable)
        for name in self.pending:
            if is_kept(name):
                change_names(names, name)
        return {path: file for path, file in names.items() if has_folder(names, path)}

    def everything(self) -> "State":
        return State(self.names(lambda _: True), {n: f.content(len(f.changes)) for n, f in self.all_files()})

    def only_synced(self) -> "State":
        return State(self.names(lambda _: False), {n: f.content(f.synced) for n, f in self.all_files()})

    def all_files(self) -> Iterator[tuple[int, File]]:
        return iter(enumerate(self.files))

    def durable_below(self, part: str) -> dict[str, bytes]:
        """Content that no power cut can take any more, of the files whose path holds this part."""
        names = self.names(lambda _: False)
        return {
            path: bytes(self.files[file].content(self.files[file].synced))
            for path, file in names.items()
            if file != FOLDER and part in path
        }


def change_names(names: dict[str, int], name: NameOp) -> None:
    if name.op.kind == "remove":
        names.pop(name.op.path, None)
    elif name.op.kind == "rename":
        names.pop(name.op.path, None)
        names[name.op.to] = name.file
    else:
        names[name.op.path] = name.file


def has_folder(names: dict[str, int], path: str) -> bool:
    folder = parent(path)
    return not folder or (names.get(folder) == FOLDER and has_folder(names, folder))


@dataclass
class State:
    """A disk as the next start finds it."""

    names: dict[str, int]
    contents: dict[int, bytearray]

    def write(self, root: Path) -> None:
        for path in sorted(self.names):
            if self.names[path] == FOLDER:
                (root / path).mkdir()
            else:
                (root / path).write_bytes(self.contents[self.names[path]])

    def digest(self) -> int:
        """Equal states have equal ones."""
        return hash(
            tuple(
                (path, bytes(self.contents[file]) if file != FOLDER else b"")
                for path, file in sorted(self.names.items())
            )
        )


def zero(content: bytearray, begin: int, end: int, durable: int) -> None:
    """As if these bytes had never reached the disk; what is durable stays."""
    begin, end = max(begin, durable), min(end, len(content))
    if begin < end:
        content[begin:end] = bytes(end - begin)


def sector_down(at: int) -> int:
    return at // SECTOR * SECTOR


def sector_up(at: int) -> int:
    return -(-at // SECTOR) * SECTOR
