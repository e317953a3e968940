"""The dossier to hand over: one web page that holds everything, for any year."""

from solidata.report.page import render

__all__ = ["render"]
