"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.card_balance.office import check, submit

__all__ = ["check", "submit"]
