"""The tables, and for each index the question that it answers; made when the file is opened for the first time.

Every table of documents has `id`, `brand`, `version` and `doc` (JSON, what counts); its other columns repeat what
is searched. Times are microseconds since 1970. Columns stand before `doc`, so that a search reads no long document.
"""

from typing import Final

import apsw

from ports.errors import Refused

PEOPLE: Final = """
CREATE TABLE users (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, email TEXT NOT NULL,
    created_at INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE UNIQUE INDEX users_email ON users (brand, email);  -- an email, folded, is in a brand once; count by brand
CREATE INDEX users_age ON users (brand, created_at, id);  -- page

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, prefix TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX api_keys_age ON api_keys (brand, created_at, id);  -- page
"""

BOTS_AND_CAMPAIGNS: Final = """
CREATE TABLE bots (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    created_at INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX bots_age ON bots (brand, created_at, id);  -- page

CREATE TABLE campaigns (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    created_at INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX campaigns_age ON campaigns (brand, created_at, id);  -- page
CREATE INDEX campaigns_state ON campaigns (state);  -- the Dialler's work list

CREATE TABLE pulses (campaign_id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE imports (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, campaign_id TEXT NOT NULL,
    state TEXT NOT NULL, created_at INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX imports_age ON imports (brand, campaign_id, created_at, id);  -- page
CREATE INDEX imports_unfinished ON imports (created_at, id) WHERE state IN ('queued', 'running');
"""

LEADS: Final = """
CREATE TABLE leads (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, campaign_id TEXT NOT NULL,
    phone TEXT NOT NULL, state TEXT NOT NULL, end_reason TEXT, priority INTEGER NOT NULL,
    claim_at INTEGER,  -- when it may be claimed: due, or its lease run out; NULL for never
    doc TEXT NOT NULL);
CREATE UNIQUE INDEX leads_phone ON leads (campaign_id, phone);  -- a number is in a campaign once
CREATE INDEX leads_id ON leads (brand, campaign_id, id);  -- page
CREATE INDEX leads_state ON leads (brand, campaign_id, state, id);  -- page of a state; counts
CREATE INDEX leads_end ON leads (brand, campaign_id, end_reason, id) WHERE end_reason IS NOT NULL;  -- the same by end
CREATE INDEX leads_claim ON leads (brand, campaign_id, priority DESC, claim_at, id)
    WHERE claim_at IS NOT NULL;  -- claim in the order promised, without a sort and without the leads that are done

CREATE TABLE dnc (
    place INTEGER PRIMARY KEY AUTOINCREMENT,  -- what a cursor goes by, because no number may stand in a URL
    brand TEXT NOT NULL, phone TEXT NOT NULL,
    listed INTEGER NOT NULL,  -- 0 for one that was removed: it keeps its place for cursors
    doc TEXT NOT NULL);
CREATE UNIQUE INDEX dnc_phone ON dnc (brand, phone);  -- find, page by number
CREATE INDEX dnc_listed ON dnc (brand) WHERE listed = 1;  -- count
"""

ATTEMPTS: Final = """
CREATE TABLE campaign_calls (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, campaign_id TEXT NOT NULL,
    lead_id TEXT NOT NULL, call_id TEXT NOT NULL UNIQUE, phone TEXT NOT NULL, caller_number TEXT NOT NULL,
    state TEXT NOT NULL, outcome TEXT, verdict TEXT, opened_at INTEGER NOT NULL, ended_at INTEGER,
    lease_until INTEGER,  -- NULL when no Dialler is at work on it
    counts INTEGER NOT NULL,  -- 0 when its outcome says nothing about the lead
    doc TEXT NOT NULL);
CREATE INDEX campaign_calls_age ON campaign_calls (brand, campaign_id, opened_at, id);  -- page
CREATE INDEX campaign_calls_lead ON campaign_calls (brand, campaign_id, lead_id, opened_at, id);  -- a lead's page
CREATE INDEX campaign_calls_funnel ON campaign_calls (brand, campaign_id, state, outcome, verdict);  -- and in flight
CREATE INDEX campaign_calls_lease ON campaign_calls (lease_until, id) WHERE lease_until IS NOT NULL;  -- abandoned
CREATE INDEX campaign_calls_unsettled ON campaign_calls (ended_at, id) WHERE state = 'ended';
CREATE INDEX campaign_calls_phone ON campaign_calls (brand, phone, opened_at) WHERE counts = 1;  -- tried since
CREATE INDEX campaign_calls_shown ON campaign_calls (brand, opened_at, caller_number);  -- shown since
"""

CALLS: Final = """
CREATE TABLE calls (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    direction TEXT NOT NULL, outcome TEXT, campaign_id TEXT, bot_id TEXT NOT NULL, phone TEXT NOT NULL,
    server_id TEXT, created_at INTEGER NOT NULL,
    event_at INTEGER,  -- of the oldest event that is not relayed; NULL when all are
    doc TEXT NOT NULL);
CREATE INDEX calls_age ON calls (brand, created_at, id);  -- page
CREATE INDEX calls_campaign ON calls (brand, campaign_id, created_at, id);  -- a campaign's page
CREATE INDEX calls_phone ON calls (brand, phone, created_at, id);  -- a person's page
CREATE INDEX calls_counts ON calls (brand, campaign_id, state, outcome);
CREATE INDEX calls_unrelayed ON calls (event_at, id) WHERE event_at IS NOT NULL;
CREATE INDEX calls_live ON calls (server_id, created_at, id) WHERE state = 'live';  -- live on a Core
CREATE INDEX calls_planned ON calls (created_at, id) WHERE state = 'planned';

CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,  -- in order of commit, because one writer at a time gives them
    id TEXT NOT NULL UNIQUE, brand TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX events_brand ON events (brand, position);  -- read
"""

ROUTING_AND_PUSHES: Final = """
CREATE TABLE trunks (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, doc TEXT NOT NULL);

CREATE TABLE servers (id TEXT PRIMARY KEY, version INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE leases (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL,
    fence INTEGER NOT NULL) WITHOUT ROWID;  -- rows stay when a lease is over: a fence is never given twice

CREATE TABLE allotments (
    name TEXT NOT NULL, holder TEXT NOT NULL, units INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (name, holder)) WITHOUT ROWID;

CREATE TABLE crm_targets (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL,
    doc TEXT NOT NULL);
CREATE INDEX crm_targets_age ON crm_targets (brand, created_at, id);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, version INTEGER NOT NULL, target_id TEXT NOT NULL,
    call_id TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL,
    due_at INTEGER,  -- NULL unless it is pending
    doc TEXT NOT NULL);
CREATE INDEX deliveries_age ON deliveries (brand, created_at, id);  -- page
CREATE INDEX deliveries_call ON deliveries (brand, call_id, created_at, id);  -- a call's page
CREATE INDEX deliveries_state ON deliveries (brand, state);  -- counts
CREATE INDEX deliveries_due ON deliveries (due_at, id) WHERE due_at IS NOT NULL;
"""

LEGS: Final = """
CREATE TABLE legs (
    call_id TEXT PRIMARY KEY, opened_at INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX legs_age ON legs (opened_at);  -- what may be forgotten
"""

DIDS: Final = """
CREATE TABLE dids (
    id TEXT PRIMARY KEY,  -- brand and number
    brand TEXT NOT NULL, version INTEGER NOT NULL, number TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX dids_number ON dids (brand, number);  -- all of a brand
"""

MIGRATIONS: Final = (PEOPLE + BOTS_AND_CAMPAIGNS + LEADS + ATTEMPTS + CALLS + ROUTING_AND_PUSHES, DIDS + LEGS)
"""The nth takes a file from `user_version` n to n + 1. A migration is never changed once released."""


def migrate(connection: apsw.Connection) -> None:
    """Bring the file to this release's schema. Raises Refused when a newer release has written it."""
    connection.execute("BEGIN IMMEDIATE")  # another process may be doing the same
    try:
        known = int(connection.pragma("user_version"))
        if known > len(MIGRATIONS):
            raise Refused(f"the file has schema {known}, this release knows {len(MIGRATIONS)}", reason="schema")
        for migration in MIGRATIONS[known:]:
            connection.execute(migration)
        connection.pragma("user_version", len(MIGRATIONS))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
