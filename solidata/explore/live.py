"""What a page needs beyond HTML: a line said aloud when it changes, keys that a table keeps."""

from __future__ import annotations

import anywidget
import traitlets


class Live(anywidget.AnyWidget):
    """A line of plain text in a live region that stays in the page: only its text is replaced.

    A region that comes with its text, as the one inside an ``HTML`` widget, is often not said.

    Attributes
    ----------
    text : str

    Examples
    --------
    >>> Live(text="12 actions montrées sur 168").text
    '12 actions montrées sur 168'
    """

    _esm = """
    function render({ model, el }) {
      const line = document.createElement("p");
      line.className = "solidata-compte";
      line.setAttribute("role", "status");
      const tell = () => { line.textContent = model.get("text"); };
      model.on("change:text", tell);
      el.append(line);
      tell();
    }
    export default { render };
    """
    text = traitlets.Unicode().tag(sync=True)


class OwnKeys(anywidget.AnyWidget):
    """Beside a table in a box: an arrow moves from row to row, and not to the next cell.

    Rows take the focus where the table says so (``select`` with ``keys``); Enter and the space bar
    choose the row, which the table does.

    Examples
    --------
    >>> type(OwnKeys()).__name__
    'OwnKeys'
    """

    _esm = """
    function move(event) {
      const row = event.target.closest("tbody tr");
      const beside = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" };
      if (!row || !(event.key in beside)) return;
      event.preventDefault();
      event.stopPropagation();
      row[beside[event.key]]?.focus();
    }
    function render({ el }) {
      const own = () => {
        const box = el.parentElement;
        if (!box) return requestAnimationFrame(own);
        box.setAttribute("data-lm-suppress-shortcuts", "true");
        box.addEventListener("keydown", move);
      };
      own();
    }
    export default { render };
    """
