"""Which jobs the API has, and how often each of them comes."""

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.jobs import Job, Jobs
from applications.api.use_cases import keep_trunks_in_step
from applications.api.use_cases.conclude_forgotten import ConcludeForgotten
from applications.api.use_cases.deliver_pushes import DeliverPushes
from applications.api.use_cases.keep_shares import EVERY_SECONDS, KeepShares
from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from applications.api.use_cases.relay_events import RelayEvents
from applications.api.use_cases.run_imports import RunImports
from applications.api.use_cases.start_due_campaigns import StartDueCampaigns
from applications.api.use_cases.watch_fleet import WatchFleet


def jobs_of(container: Container) -> Jobs:
    """All of them, signed with a name that only this process has."""
    return Jobs(
        jobs=(
            Job(name="start_due_campaigns", seconds=1.0, tick=maker(container, StartDueCampaigns)(), alone=True),
            Job(name="run_imports", seconds=0.5, tick=maker(container, RunImports)(), alone=True),
            Job(name="relay_events", seconds=0.2, tick=maker(container, RelayEvents)(), alone=True),
            Job(name="deliver_pushes", seconds=1.0, tick=maker(container, DeliverPushes)()),
            Job(name="watch_fleet", seconds=0.05, tick=maker(container, WatchFleet)(), alone=True),
            Job(name="keep_shares", seconds=EVERY_SECONDS, tick=maker(container, KeepShares)(), alone=True),
            Job(
                name="keep_trunks_in_step",
                seconds=keep_trunks_in_step.EVERY_SECONDS,
                tick=maker(container, KeepTrunksInStep)(),
                alone=True,
            ),
            Job(name="conclude_forgotten", seconds=10.0, tick=maker(container, ConcludeForgotten)(), alone=True),
        ),
        leases=container.leases(),
        clock=container.clock(),
        holder=container.ids().new("api"),
        metrics=container.metrics(),
    )
