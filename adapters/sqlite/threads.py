"""The threads that own the connections: one writes, batch by batch, and some read."""

from contextlib import suppress
from typing import Final

import apsw

from adapters.sqlite.jobs import Done, Job, Jobs, settle

MOST_IN_A_COMMIT: Final = 256


def write(connection: apsw.Connection, jobs: Jobs) -> None:
    """Until the jobs are closed: what waits becomes one transaction, and is answered after its commit."""
    while batch := jobs.take(MOST_IN_A_COMMIT):
        settle(_commit(connection, batch))
    connection.close()


def read(connection: apsw.Connection, jobs: Jobs) -> None:
    """Until the jobs are closed; each job sees one state of the file."""
    while batch := jobs.take(1):
        settle(_look(connection, job) for job in batch)
    connection.close()


def _commit(connection: apsw.Connection, batch: list[Job]) -> list[Done]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        answers = [_attempt(connection, job) for job in batch]
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001  # disk full or locked: nothing of the batch is stored, all are told
        _roll_back(connection)
        return [Done(job=job, error=error) for job in batch]
    return answers


def _attempt(connection: apsw.Connection, job: Job) -> Done:
    """One job in a savepoint, so that its failure undoes none of its neighbours."""
    connection.execute("SAVEPOINT job")
    try:
        answer = Done(job=job, value=job.operation(connection))
    except Exception as error:
        if not connection.in_transaction:
            raise  # SQLite has rolled back all of it
        connection.execute("ROLLBACK TO job")
        answer = Done(job=job, error=error)
    connection.execute("RELEASE job")
    return answer


def _look(connection: apsw.Connection, job: Job) -> Done:
    try:
        connection.execute("BEGIN")
        return Done(job=job, value=job.operation(connection))
    except Exception as error:  # noqa: BLE001  # whoever asked is told; the thread goes on for the others
        return Done(job=job, error=error)
    finally:
        _roll_back(connection)


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        with suppress(apsw.Error):
            connection.execute("ROLLBACK")
