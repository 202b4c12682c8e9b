"""Cases: what became of everything a student asked for, and until when it has to be done.

:mod:`~actions.cases.calendar` knows when an office is open, :mod:`~actions.cases.limits` what was promised, and
:mod:`~actions.cases.clock` reads both clocks of a case, 首次响应 and 办结, from what happened to it.
"""
