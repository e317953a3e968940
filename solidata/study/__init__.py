"""What the notebooks and the dossier show of a year: its figures, its tables, and what they say."""

from solidata.study.desk import Study, load_study
from solidata.study.sheet import Sheet
from solidata.study.text import Text

__all__ = ["Sheet", "Study", "Text", "load_study"]
