-- By which lines of its object's mapping a link's two sides were last compared: a line that is new since takes a
-- baseline first, and decides from then on.

CREATE TABLE mapping_editions (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  object TEXT NOT NULL,
  lines TEXT NOT NULL, -- hashes in hexadecimal, ascending, a blank between two
  UNIQUE (connection, object, lines)
);

-- 0: from before editions were kept; every line counts as compared.
ALTER TABLE links ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
