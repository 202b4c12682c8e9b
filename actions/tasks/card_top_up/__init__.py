"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.card_top_up.office import check, preview, submit

__all__ = ["check", "preview", "submit"]
