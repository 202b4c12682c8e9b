"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.progress_query.office import check, options, read, submit

__all__ = ["check", "options", "read", "submit"]
