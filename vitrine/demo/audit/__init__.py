"""The audit: a second way to know everything a run claims.

It reads the node's events from the first block and the node's state at the last; nothing of the runner's
memory is used. `rebuilt` replays events, `prices` rebuilds every quote from the logged rounds, `judge`
recomputes health at each start and sale with `vitrine.models`, `compare` holds all of it against the state,
`claims` against the summary.
"""

from vitrine.demo.audit.run import AuditReport, audit

__all__ = ["AuditReport", "audit"]
