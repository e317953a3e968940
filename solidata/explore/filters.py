"""The filters of an explorer: a search, boxes whose counts follow, and a button that takes all off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import ipywidgets as widgets

from solidata.explore.action_words import ALL_PASS, box, number, swatch
from solidata.explore.facets import Facets


class Filters(widgets.VBox):
    """The filters of a table.

    Parameters
    ----------
    facets : Facets
    changed : callable
        Called once after each change, whoever makes it.
    beside : sequence of ipywidgets.Widget
        What stands at the end of the first line.
    only : iterable of str, optional
        The filters offered; by default all of them and the search.

    Attributes
    ----------
    checks : dict of str to dict of str to ipywidgets.Checkbox
        The boxes by filter and value, those not offered included.
    text : ipywidgets.Text
        What is sought.
    every : ipywidgets.Button
        Takes every filter off.
    """

    def __init__(
        self,
        facets: Facets,
        changed: Callable[[], None],
        beside: Sequence[widgets.Widget] = (),
        only: Iterable[str] | None = None,
    ) -> None:
        self._facets, self._changed, self._busy = facets, changed, False
        self.checks = {
            name: {value: self._box() for value in known} for name, known in facets.values.items()
        }
        self.text = widgets.Text(
            placeholder="Intitulé, objectif ou identifiant", description="Chercher",
            layout=widgets.Layout(width="auto", flex="0 1 380px", margin="0"),
            style={"description_width": "62px"},
        )  # fmt: skip
        self.text.observe(self._on_change, "value")
        self.every = widgets.Button(
            description="Tout montrer", tooltip="Ôter tous les filtres",
            layout=widgets.Layout(width="118px", margin="0"),
        )  # fmt: skip
        self.every.on_click(lambda _: self.set({name: [] for name in self.checks}, ""))
        offered = [n for n in self.checks if only is None or n in only]
        first = [] if only is not None else [self.text]
        bar = widgets.HBox([*first, self.every, *beside], layout=_row("8px 14px", "center"))
        groups = [self._group(name) for name in offered if len(self.checks[name]) > 1]
        hint = [widgets.HTML(ALL_PASS)] if groups else []
        super().__init__([bar, widgets.HBox(groups, layout=_row("0 34px", "flex-start")), *hint])

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The values checked, by filter."""
        return {n: [v for v, box in boxes.items() if box.value] for n, boxes in self.checks.items()}

    def set(self, wanted: Mapping[str, Iterable[str]], text: str | None = None) -> None:
        """Check these values and no other of their filters, seek this text, and tell it once."""
        self._busy = True
        try:
            for name, values in wanted.items():
                for value, check in self.checks[name].items():
                    check.value = value in set(values)
            if text is not None:
                self.text.value = text
        finally:
            self._busy = False
        self._on_change()

    def tell(self, counts: Mapping[str, Mapping[str, int | None]]) -> None:
        """Write beside each value how many have it; None is a count that is hidden."""
        for name, by_value in counts.items():
            for value, count in by_value.items():
                label, check = self._facets.values[name][value], self.checks[name][value]
                check.description = box(label, count)
                check.tooltip = f"{self._facets.headings[name]} : {label}, {number(count)}"
                (check.add_class if count == 0 else check.remove_class)("solidata-rien")

    def _on_change(self, *_: object) -> None:
        if not self._busy:
            self._changed()

    def _box(self) -> widgets.Checkbox:
        check = widgets.Checkbox(
            value=False, indent=False, description_allow_html=True,
            layout=widgets.Layout(width="auto", flex="1 1 auto", margin="0"),
        )  # fmt: skip
        check.observe(self._on_change, "value")
        return check

    def _group(self, name: str) -> widgets.VBox:
        """Return a filter with its heading; a status beside its sign."""
        rows: list[widgets.Widget] = [widgets.HTML(f"<h3>{self._facets.headings[name]}</h3>")]
        for value, check in self.checks[name].items():
            sign = [widgets.HTML(swatch(value))] if name == "status" else []
            rows.append(widgets.HBox([*sign, check], layout=widgets.Layout(align_items="center")))
        return widgets.VBox(rows)


def _row(gap: str, align: str) -> widgets.Layout:
    return widgets.Layout(flex_flow="row wrap", grid_gap=gap, align_items=align)
