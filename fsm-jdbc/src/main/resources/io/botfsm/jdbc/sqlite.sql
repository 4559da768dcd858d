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
);

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
);
