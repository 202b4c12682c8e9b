"""The back office of the fictional 示范大学, with its own HTTP server and faults on request.

``python -m actions.campus_sim`` serves it on loopback; ``python -m actions.campus_sim --openapi`` prints its contract.
"""
