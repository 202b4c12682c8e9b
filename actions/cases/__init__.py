"""The closed loop: from the moment a task is confirmed until the student says 已解决.

``stages.yml`` says who may do what when, and ``stages.py`` reads it: a pure function. ``log.py`` keeps every transition as a
row of one append-only chain of hashes (``chain.py``, ``tables.py``); what the student wrote lies beside it and can be erased.
``figures.py`` counts, ``outbox.py`` tells students and partners, ``http.py`` is the wire.

Whom a complaint goes to is proposed by ``dispatch.py``; what staff send back is kept by ``returned.py``, and learnt from.
``calendar.py`` knows when an office is open, ``limits.py`` what was promised, and ``clock.py`` reads both clocks of a case,
首次响应 and 办结, from what happened to it.
"""
