"""French public figures: read them as printed, print them as French does."""

from solidata.french.column import ColumnError, parse_column
from solidata.french.dates import (
    MONTHS,
    WEEKDAYS,
    Period,
    format_date,
    parse_dates,
    parse_period,
    parse_weekday,
)
from solidata.french.numbers import (
    Amount,
    FrenchError,
    digits,
    format_amount,
    format_number,
    format_rate,
    parse_amount,
    parse_number,
    parse_rate,
)
from solidata.french.text import (
    decapitalised,
    fold,
    join_lines,
    listed,
    nearest,
    plural,
    quote,
    typography,
)

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "Amount",
    "ColumnError",
    "FrenchError",
    "Period",
    "decapitalised",
    "digits",
    "fold",
    "format_amount",
    "format_date",
    "format_number",
    "format_rate",
    "join_lines",
    "listed",
    "nearest",
    "parse_amount",
    "parse_column",
    "parse_dates",
    "parse_number",
    "parse_period",
    "parse_rate",
    "parse_weekday",
    "plural",
    "quote",
    "typography",
]
