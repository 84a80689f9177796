-- An entry says that a prospect is to be written to a connection, not what: that is worked out when it is leased,
-- so that edits coalesce. Nothing was ever written in the table's first shape.
DROP TABLE outbox;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, -- from the tally: a number is never given out twice
  idempotency_key TEXT NOT NULL,
  connection INTEGER NOT NULL,
  prospect INTEGER NOT NULL,
  object TEXT NOT NULL,
  remote TEXT,             -- NULL for a create
  operation TEXT NOT NULL, -- update, create
  lane TEXT NOT NULL,      -- opt_out, owner, ordinary
  state TEXT NOT NULL,     -- ready, leased, in_doubt, dead
  attempts INTEGER NOT NULL DEFAULT 0,
  lease INTEGER NOT NULL DEFAULT 0, -- how often it was leased, ever: whose lease it is
  due_at INTEGER NOT NULL,          -- of a leased one: when the lease ends
  cause INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  error_code TEXT,
  error TEXT,
  sent TEXT,        -- what the last attempt that came to send anything sent: {field: value}
  sent_at INTEGER
);
CREATE INDEX outbox_due ON outbox (connection, state, lane, due_at, id);
-- Of a prospect and a connection there is one that waits (or was given up), and one under way.
CREATE UNIQUE INDEX outbox_waiting ON outbox (prospect, connection) WHERE state IN ('ready', 'dead');
CREATE UNIQUE INDEX outbox_under_way ON outbox (prospect, connection) WHERE state IN ('leased', 'in_doubt');

ALTER TABLE tally ADD COLUMN next_outbox INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tally ADD COLUMN outbox INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN outbox_dead INTEGER NOT NULL DEFAULT 0;
