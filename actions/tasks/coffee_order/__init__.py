"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.coffee_order.office import check, options, preview, submit

__all__ = ["check", "options", "preview", "submit"]
