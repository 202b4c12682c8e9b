"""The back offices: what can be asked of them and how they refuse.

One module for each office, all over one :mod:`~actions.offices.wire`. Their contract is ``contracts/campus_sim.json``.
"""

from actions.offices.directory import Offices
from actions.offices.wire import OfficeClosed, OfficeError, OutcomeUnknown, Refusal, open_wire

__all__ = ["OfficeClosed", "OfficeError", "Offices", "OutcomeUnknown", "Refusal", "open_wire"]
