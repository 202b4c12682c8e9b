"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.hazard_report.office import check, preview, read, submit

__all__ = ["check", "preview", "read", "submit"]
