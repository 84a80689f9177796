-- What a dry run was asked for and told, kept for a day, to be applied while its inputs are the same.
CREATE TABLE saved_plans (
  id TEXT PRIMARY KEY,     -- p-7f3a
  kind TEXT NOT NULL,      -- pull, push
  actor TEXT NOT NULL,
  plan_order TEXT NOT NULL, -- how: JSON
  inputs TEXT NOT NULL,    -- what it was decided from: JSON
  told TEXT NOT NULL,      -- JSON
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
