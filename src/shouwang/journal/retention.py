"""How long a table's rows are kept, and what happens to them when the epidemic is over.

Every model says its class in `retention`; a test refuses a model without one.
"""

from enum import StrEnum


class Retention(StrEnum):
    """The retention classes. The day's job removes what is past its time; the ending destroys what is personal."""

    REFERENCE = "reference"
    """Not personal: places, policies, figures. Kept."""
    OFFICE = "office"
    """Accounts, posts and duties of staff. Kept while in office and five years after."""
    EPIDEMIC = "epidemic"
    """Personal data of residents. Destroyed at the end of the epidemic."""
    SHORT = "short"
    """Personal traces of movement and files taken in. Destroyed after 14 days."""
    AUDIT = "audit"
    """The record of deeds; names rows by number, not people. Kept five years."""
    TECHNICAL = "technical"
    """Sessions, job runs, counters. Kept while useful."""
