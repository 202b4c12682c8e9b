"""Cases: what becomes of everything a student asked for.

Whom a complaint goes to is proposed by :mod:`~actions.cases.dispatch`; what staff send back is kept by
:mod:`~actions.cases.returned`, and learnt from.
"""
