"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.leave_request.office import check, options, preview, read, submit

__all__ = ["check", "options", "preview", "read", "submit"]
