"""What every widget looks like: the project's inks, on paper whatever the theme of the notebook."""

from __future__ import annotations

from solidata.figures import theme

SHADE = "#EEF1F3"
"""What is hovered or set apart."""


def paper(scope: str) -> str:
    """Return the rules that a widget of class `scope` shares with the others.

    Examples
    --------
    >>> ".solidata-essai h2 {" in paper("solidata-essai")
    True
    """
    inks = "".join(
        f"--jp-{kind}-color{n}:{theme.INK}; "
        for kind in ("ui-font", "content-font")
        for n in range(4)
    )
    tints = (theme.PAPER, theme.PAPER, SHADE, theme.GRID)
    grounds = "".join(f"--jp-layout-color{n}:{tint}; " for n, tint in enumerate(tints))
    return f"""
.{scope} {{ background:{theme.PAPER}; color:{theme.INK}; padding:14px 16px; line-height:1.4; color-scheme:light;
  {inks}
  {grounds}
  --jp-widgets-label-color:{theme.INK}; --jp-rendermime-table-row-background:{theme.PAPER};
  --jp-rendermime-table-row-hover-background:{SHADE}; }}
.{scope} .jp-RenderedHTMLCommon, .{scope} .widget-html-content {{ color:{theme.INK}; }}
.{scope} .widget-html-content, .{scope} .jupyter-widget-html-content {{ line-height:1.4; }}
.{scope} h2 {{ font-size:19px; line-height:1.25; margin:0; font-weight:700; color:{theme.INK}; }}
.{scope} h3 {{ font-size:13px; margin:12px 0 2px; font-weight:700; color:{theme.INK}; }}
.{scope} .widget-checkbox, .{scope} .widget-checkbox .widget-label-basic {{ height:auto; }}
.{scope} .widget-checkbox .widget-label-basic {{ display:flex; align-items:flex-start; white-space:normal;
  line-height:1.3; padding:3px 0; margin:0; }}
.{scope} .widget-checkbox input[type=checkbox] {{ margin:1px 8px 0 0; flex:none; }}
.solidata-compte {{ font-size:14px; margin:4px 0 10px; }}
.solidata-note {{ font-size:12px; color:{theme.SOFT_INK}; margin:8px 0; max-width:110ch; }}
.solidata-tableau {{ max-height:420px; overflow:auto; border-top:2px solid {theme.RULE}; }}
.solidata-tableau table {{ border-collapse:collapse; width:100%; font-size:13px; }}
.solidata-tableau caption {{ text-align:left; font-weight:700; padding:6px 8px; }}
.solidata-tableau th, .solidata-tableau td {{ text-align:left; padding:4px 8px; border-bottom:1px solid {theme.GRID};
  vertical-align:top; }}
.solidata-tableau thead th {{ color:{theme.SOFT_INK}; font-weight:600; }}
.solidata-tableau tbody th {{ font-weight:600; }}"""
