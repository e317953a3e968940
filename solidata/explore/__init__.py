"""Maps and tables to filter in a notebook, without network."""

from solidata.explore.action_widget import ActionExplorer, action_explorer
from solidata.explore.widget import AccessMap, access_map

__all__ = ["AccessMap", "ActionExplorer", "access_map", "action_explorer"]
