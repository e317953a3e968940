"""Official statistics for every département: the workbooks of the DREES and of Insee, made tidy.

What a publication prints is declared in a YAML map beside this file, one a publication: which
words of a title name which indicator, which signs stand for no value. The reader itself knows
no sheet by its name and no cell by its place.
"""
