-- One row a conversation.
CREATE TABLE IF NOT EXISTS fsm_conversation (
  id            blob    NOT NULL PRIMARY KEY,
  key_text      text    NOT NULL,
  format        integer NOT NULL,
  nul_escaped   integer NOT NULL,
  state         text,
  data          text,
  attributes    text,
  version       integer NOT NULL,
  fencing_token integer NOT NULL,
  events        blob,
  since_ms      integer,
  touched_ms    integer,
  deadline_ms   integer,
  end_ms        integer,
  due_ms        integer,
  expires_us    integer
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS fsm_conversation_due ON fsm_conversation (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE IF NOT EXISTS fsm_lease (
  id            blob    NOT NULL PRIMARY KEY,
  name_text     text    NOT NULL,
  format        integer NOT NULL,
  nul_escaped   integer NOT NULL,
  claim         text,
  version       integer NOT NULL,
  ends_us       integer NOT NULL,
  fencing_token integer NOT NULL,
  fence_kept    integer NOT NULL,
  released_us   integer NOT NULL
) WITHOUT ROWID;

-- Updates that wait to be handled (dead = 0), and dead letters.
CREATE TABLE IF NOT EXISTS fsm_inbox (
  bot_id        blob    NOT NULL,
  dead          integer NOT NULL,
  position      integer NOT NULL,
  same          blob    NOT NULL,
  update_id     text    NOT NULL,
  key_text      text,
  content       blob    NOT NULL,
  bytes         integer NOT NULL,
  reason        text,
  at_us         integer NOT NULL,
  PRIMARY KEY (bot_id, dead, position),
  UNIQUE (bot_id, dead, same)
);

CREATE TABLE IF NOT EXISTS fsm_inbox_bot (
  id            blob    NOT NULL PRIMARY KEY,
  bot_text      text    NOT NULL,
  last_position integer NOT NULL,
  fencing_token integer NOT NULL
) WITHOUT ROWID;
