"""The closed loop: from the moment a task is confirmed until the student says 已解决.

Whom a complaint goes to is proposed by :mod:`~actions.cases.dispatch`; what staff send back is kept by
:mod:`~actions.cases.returned`, and learnt from. :mod:`~actions.cases.calendar` knows when an office is open,
:mod:`~actions.cases.limits` what was promised, and :mod:`~actions.cases.clock` reads both clocks of a case, 首次响应 and 办结,
from what happened to it.
"""
