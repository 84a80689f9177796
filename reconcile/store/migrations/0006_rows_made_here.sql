-- What people and programs write beside prospects, and the answers that were given to what they asked once.

-- Every row has a version, by which it is told that it has changed since.
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mailboxes ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE stages ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tags ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Who may enter a sequence, and what becomes of the prospect's stage.
CREATE TABLE rulesets (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  name TEXT NOT NULL UNIQUE,
  reentry TEXT NOT NULL, -- allow, disallow, only_if_inactive
  exclusive INTEGER NOT NULL DEFAULT 0,
  call_on_opened INTEGER NOT NULL DEFAULT 0,
  call_on_clicked INTEGER NOT NULL DEFAULT 0,
  stage_on_added INTEGER,
  stage_on_replied INTEGER,
  stage_on_completed INTEGER,
  stage_on_finished INTEGER,
  stage_on_bounced INTEGER,
  stage_on_failed INTEGER,
  stage_on_opted_out INTEGER
);
ALTER TABLE sequences ADD COLUMN ruleset INTEGER;

-- The next free number of each kind of row, so that none is given out twice; users and accounts have theirs in the
-- tally.
CREATE TABLE next_numbers (
  kind TEXT PRIMARY KEY,
  next INTEGER NOT NULL
) WITHOUT ROWID;

-- The row that an entry of the journal is about, where it is no prospect: its table's name is in `object`.
ALTER TABLE journal ADD COLUMN row INTEGER;
CREATE INDEX journal_by_row ON journal (object, row) WHERE row IS NOT NULL;

-- What was asked under a key of the asker's, and the answer to it: asked again, it is told again, and nothing is
-- done twice.
CREATE TABLE kept_answers (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL, -- a fingerprint
  state TEXT NOT NULL,   -- begun, done (its change is committed), told (the answer is here)
  status INTEGER,
  location TEXT,
  headers TEXT, -- JSON
  body BLOB,
  begun_at INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX kept_answers_by_age ON kept_answers (begun_at);
