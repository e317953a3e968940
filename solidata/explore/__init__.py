"""Maps to pan, filter and hover in a notebook, without network."""

from solidata.explore.widget import AccessMap, access_map

__all__ = ["AccessMap", "access_map"]
