-- Blanks go out, too, where the mapping would hold them back.
ALTER TABLE outbox ADD COLUMN blanks INTEGER NOT NULL DEFAULT 0;

-- Long work over many prospects: it goes on where it was after a restart.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,      -- pull, push
  state TEXT NOT NULL,     -- queued, running, done, cancelled, failed
  actor TEXT NOT NULL,
  job_order TEXT NOT NULL, -- which prospects, and how: JSON
  progress TEXT NOT NULL,  -- how far it has come, and what to: JSON
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  error_code TEXT,
  error TEXT
);

-- A field that alternated: a person decides, whatever its rule.
ALTER TABLE conflicts ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;

-- Connections that the mass-change brake has stopped, until a person lets them go on.
CREATE TABLE holds (
  connection INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,       -- deletion, blanking, reowning
  object TEXT NOT NULL,
  remote TEXT NOT NULL,     -- the record that was not changed any more
  done INTEGER NOT NULL,    -- changes of the kind that were made before
  records INTEGER NOT NULL, -- linked ones at the time
  held_at INTEGER NOT NULL
);
