"""Maps: outlines and places drawn on a page of exact millimetres, at a known scale."""
