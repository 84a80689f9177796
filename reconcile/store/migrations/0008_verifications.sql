-- The last drift scan of each object: what the CRM holds, compared with what is known here.
CREATE TABLE verifications (
  connection INTEGER NOT NULL,
  object TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  finished_at INTEGER,
  counts TEXT NOT NULL, -- JSON
  error_code TEXT,      -- why it could not be finished
  error TEXT,
  PRIMARY KEY (connection, object)
) WITHOUT ROWID;
