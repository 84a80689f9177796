-- Who may ask, and the filters that people have saved.

-- A token itself is shown once, to whom it is made for; kept is its fingerprint. A revoked one stays for a while, so
-- that it can be told who had it and when it was last used.
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  actor TEXT NOT NULL, -- the user whom it names
  role TEXT NOT NULL,  -- read, user, admin
  fingerprint TEXT NOT NULL UNIQUE,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
);

CREATE TABLE saved_filters (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  actor TEXT NOT NULL, -- who saved it first: its owner
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;
