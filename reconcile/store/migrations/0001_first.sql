-- The whole model, first shape. Times are milliseconds since 1970 in UTC, truth is 0 or 1, a missing value is
-- NULL. References between tables are kept by the one writer, not by foreign keys: each would cost a look-up a
-- row.

-- Facts of this database: the key of the address hash.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

-- One row: how many there are, and the next free numbers, so that nothing has to be counted. Written once a
-- transaction.
CREATE TABLE tally (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_prospect INTEGER NOT NULL DEFAULT 1,
  next_user INTEGER NOT NULL DEFAULT 1,
  next_account INTEGER NOT NULL DEFAULT 1,
  prospects INTEGER NOT NULL DEFAULT 0,
  without_key INTEGER NOT NULL DEFAULT 0,
  links INTEGER NOT NULL DEFAULT 0,
  users INTEGER NOT NULL DEFAULT 0,
  accounts INTEGER NOT NULL DEFAULT 0,
  open_duplicates INTEGER NOT NULL DEFAULT 0,
  dead_letters INTEGER NOT NULL DEFAULT 0,
  open_conflicts INTEGER NOT NULL DEFAULT 0,
  lineage INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0
);
INSERT INTO tally (id) VALUES (1);

-- Settings made at run time; they come before the file's.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  actor TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE connections (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE cursors (
  connection INTEGER NOT NULL,
  object TEXT NOT NULL,
  stamp INTEGER,
  verified INTEGER,
  PRIMARY KEY (connection, object)
) WITHOUT ROWID;

-- ---- people ----

CREATE TABLE prospects (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  local_changed_at INTEGER,
  touched_at INTEGER,
  address_count INTEGER NOT NULL,
  email TEXT,
  first_name TEXT,
  last_name TEXT,
  title TEXT,
  company TEXT,
  phone TEXT,
  mobile_phone TEXT,
  street TEXT,
  city TEXT,
  state TEXT,
  postal_code TEXT,
  country TEXT,
  website TEXT,
  source TEXT,
  stage TEXT,
  opted_out INTEGER,
  owner INTEGER,
  account INTEGER,
  custom TEXT -- a JSON object by field name; keys that no mapping names any more stay
);
CREATE INDEX prospects_without_key ON prospects (id) WHERE address_count = 0;

-- A row's id is prospect * 64 + position: a prospect's addresses lie together, new ones at the end. They are
-- found by a keyed hash; the key itself is compared on a hit, and that it is unique is the writer's care.
CREATE TABLE addresses (
  id INTEGER PRIMARY KEY,
  key_hash INTEGER NOT NULL,
  key TEXT NOT NULL,
  typed TEXT -- NULL when it equals the key
);
CREATE INDEX addresses_by_hash ON addresses (key_hash);

-- A row's id is prospect * 256 + connection, so a prospect has one link of each connection, and new links lie
-- at the end. By the CRM's id they are found like addresses, and the writer keeps that one unique too.
CREATE TABLE links (
  id INTEGER PRIMARY KEY,
  remote_hash INTEGER NOT NULL,
  remote TEXT NOT NULL,
  object TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  shadow TEXT, -- JSON by field name, only what differs from the row
  pending TEXT -- JSON, references not resolved
);
CREATE INDEX links_by_hash ON links (remote_hash);
CREATE INDEX links_unread ON links (id) WHERE version = 0; -- nothing of their record has been applied yet

-- The pending references of links and accounts, by what they wait for. kind 0: holder is a prospect, 1: an
-- account.
CREATE TABLE pending_references (
  connection INTEGER NOT NULL,
  remote TEXT NOT NULL,
  kind INTEGER NOT NULL,
  holder INTEGER NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (connection, remote, kind, holder, field)
) WITHOUT ROWID;
CREATE INDEX pending_addresses ON pending_references (connection, holder) WHERE field = 'email' AND kind = 0;

CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email_key TEXT NOT NULL,
  kind INTEGER NOT NULL, -- 0 a person, 1 a queue
  active INTEGER NOT NULL,
  connection INTEGER NOT NULL,
  remote TEXT NOT NULL,
  remote_version INTEGER NOT NULL,
  remote_hash INTEGER NOT NULL
);
CREATE UNIQUE INDEX users_by_remote ON users (connection, remote) WHERE remote <> '';
CREATE INDEX users_by_email ON users (email_key) WHERE email_key <> '';

CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY,
  user INTEGER NOT NULL,
  address TEXT NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0,
  connected INTEGER NOT NULL DEFAULT 0,
  send_disabled INTEGER NOT NULL DEFAULT 0,
  sync_disabled INTEGER NOT NULL DEFAULT 0,
  error TEXT
);
CREATE INDEX mailboxes_by_user ON mailboxes (user);

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  name TEXT,
  website TEXT,
  industry TEXT,
  phone TEXT,
  owner INTEGER,
  connection INTEGER NOT NULL,
  remote TEXT NOT NULL,
  remote_version INTEGER NOT NULL,
  remote_hash INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  pending TEXT
);
CREATE UNIQUE INDEX accounts_by_remote ON accounts (connection, remote) WHERE remote <> '';

CREATE TABLE account_roles (
  account INTEGER NOT NULL,
  role TEXT NOT NULL,
  user INTEGER NOT NULL,
  PRIMARY KEY (account, role)
) WITHOUT ROWID;
CREATE INDEX account_roles_by_user ON account_roles (user);

-- ---- work ----

CREATE TABLE stages (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE sequences (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  owner INTEGER,
  enabled INTEGER NOT NULL DEFAULT 1,
  definition TEXT -- JSON: steps, throttles, ruleset
);

CREATE TABLE sequence_states (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  prospect INTEGER NOT NULL,
  sequencer INTEGER,
  mailbox INTEGER,
  state TEXT NOT NULL,
  reason TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL
);
CREATE INDEX sequence_states_by_prospect ON sequence_states (prospect);
CREATE INDEX sequence_states_by_sequencer ON sequence_states (sequencer);
CREATE INDEX sequence_states_by_sequence ON sequence_states (sequence, state);

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  owner INTEGER,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  role TEXT,
  due_at INTEGER,
  subject TEXT,
  prospect INTEGER,
  account INTEGER,
  sequence_state INTEGER,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX tasks_by_owner ON tasks (owner, state);
CREATE INDEX tasks_by_prospect ON tasks (prospect) WHERE prospect IS NOT NULL;
CREATE INDEX tasks_by_account ON tasks (account) WHERE account IS NOT NULL;
CREATE INDEX tasks_by_sequence_state ON tasks (sequence_state) WHERE sequence_state IS NOT NULL;
CREATE INDEX tasks_by_due ON tasks (due_at) WHERE state = 'incomplete';

CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE prospect_tags (
  prospect INTEGER NOT NULL,
  tag INTEGER NOT NULL,
  PRIMARY KEY (prospect, tag)
) WITHOUT ROWID;
CREATE INDEX prospect_tags_by_tag ON prospect_tags (tag, prospect);

-- ---- what was held back, and what became of ids ----

CREATE TABLE duplicates (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  remote TEXT NOT NULL,
  prospect INTEGER NOT NULL,
  linked_remote TEXT NOT NULL,
  linked_object TEXT NOT NULL,
  email_key TEXT NOT NULL,
  policy TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  open INTEGER NOT NULL DEFAULT 1,
  stale INTEGER NOT NULL DEFAULT 0 -- the prospect does not have email_key any more
);
CREATE UNIQUE INDEX duplicates_by_record ON duplicates (connection, remote, prospect);
CREATE INDEX duplicates_by_prospect ON duplicates (prospect);
CREATE INDEX duplicates_open ON duplicates (id) WHERE open = 1;
CREATE INDEX duplicates_stale ON duplicates (connection, id) WHERE open = 1 AND stale = 1;

CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  object TEXT NOT NULL,
  remote TEXT NOT NULL,
  version INTEGER,
  reason TEXT NOT NULL,
  payload TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX dead_letters_by_record ON dead_letters (connection, remote);

CREATE TABLE lineage (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  from_remote TEXT NOT NULL,
  to_remote TEXT NOT NULL,
  to_object TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX lineage_by_from ON lineage (connection, from_remote);

CREATE TABLE conflicts (
  id INTEGER PRIMARY KEY,
  prospect INTEGER NOT NULL,
  connection INTEGER NOT NULL,
  field TEXT NOT NULL,
  remote TEXT, -- JSON
  local TEXT,  -- JSON
  opened_at INTEGER NOT NULL,
  open INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX conflicts_open ON conflicts (prospect, connection, field) WHERE open = 1;

-- ---- why, and what goes out ----

CREATE TABLE causes (
  id INTEGER PRIMARY KEY,
  parent INTEGER,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  cause INTEGER NOT NULL,
  reason TEXT NOT NULL,
  prospect INTEGER,
  last INTEGER, -- the last of a range of prospects
  count INTEGER NOT NULL,
  object TEXT,
  remote TEXT,
  field TEXT,
  before TEXT,
  after TEXT,
  detail TEXT
);
CREATE INDEX journal_by_prospect ON journal (prospect) WHERE prospect IS NOT NULL AND last IS NULL;
CREATE INDEX journal_ranges ON journal (last, prospect) WHERE last IS NOT NULL;
CREATE INDEX journal_by_remote ON journal (remote) WHERE remote IS NOT NULL;
CREATE INDEX journal_by_cause ON journal (cause);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  idempotency_key TEXT NOT NULL UNIQUE,
  connection INTEGER NOT NULL,
  object TEXT NOT NULL,
  prospect INTEGER,
  remote TEXT,
  operation TEXT NOT NULL,
  payload TEXT NOT NULL, -- JSON
  state TEXT NOT NULL,   -- ready, leased, in_doubt, dead
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  leased_until INTEGER,
  cause INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  error TEXT
);
CREATE INDEX outbox_due ON outbox (connection, state, due_at);
CREATE INDEX outbox_by_prospect ON outbox (prospect);
