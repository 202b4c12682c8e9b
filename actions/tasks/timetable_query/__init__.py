"""One service of the hall in one folder: what is asked, who does it, what a person reads."""

from actions.tasks.timetable_query.office import check, options, submit

__all__ = ["check", "options", "submit"]
