"""Which jobs the API has, and how often each of them comes."""

from applications.api.container import Container
from applications.api.jobs import Job, Jobs


def jobs_of(container: Container) -> Jobs:
    """All of them, signed with a name that only this process has."""
    return Jobs(
        jobs=(
            Job(name="start_due_campaigns", seconds=1.0, tick=container.start_due_campaigns(), alone=True),
            Job(name="run_imports", seconds=0.5, tick=container.run_imports(), alone=True),
        ),
        leases=container.leases(),
        clock=container.clock(),
        holder=container.ids().new("api"),
    )
