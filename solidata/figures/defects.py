"""What keeps a figure from being exported."""

from __future__ import annotations

from dataclasses import dataclass

from solidata.problems import RefusedError


@dataclass(frozen=True)
class Defect:
    """What is wrong, and where."""

    check: str
    where: str
    expected: str

    def __str__(self) -> str:
        """Return the defect as one French sentence."""
        return f"{self.check} : {self.where} ; {self.expected}"


class DefectError(RefusedError):
    """A figure that cannot be exported, with every defect."""

    def __init__(self, name: str, defects: list[Defect]) -> None:
        self.defects = defects
        lines = "\n".join(f"  {d}" for d in defects)
        super().__init__(f"{name} ne peut être exportée :\n{lines}")
