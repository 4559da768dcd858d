-- One row a conversation. The fillfactor leaves room for the next version of a row on its page (HOT updates), for writes
-- that leave the deadline as it is.
CREATE TABLE IF NOT EXISTS fsm_conversation (
  id            bytea    NOT NULL PRIMARY KEY,
  key_text      text     NOT NULL,
  format        smallint NOT NULL,
  nul_escaped   smallint NOT NULL,
  state         text,
  data          text,
  attributes    text,
  version       bigint   NOT NULL,
  fencing_token bigint   NOT NULL,
  events        bytea,
  since_ms      bigint,
  touched_ms    bigint,
  deadline_ms   bigint,
  end_ms        bigint,
  due_ms        bigint,
  expires_us    bigint
) WITH (fillfactor = 70);

CREATE INDEX IF NOT EXISTS fsm_conversation_due ON fsm_conversation (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE IF NOT EXISTS fsm_lease (
  id            bytea    NOT NULL PRIMARY KEY,
  name_text     text     NOT NULL,
  format        smallint NOT NULL,
  nul_escaped   smallint NOT NULL,
  claim         text,
  version       bigint   NOT NULL,
  ends_us       bigint   NOT NULL,
  fencing_token bigint   NOT NULL,
  fence_kept    smallint NOT NULL,
  released_us   bigint   NOT NULL
) WITH (fillfactor = 70);

-- Updates that wait to be handled (dead = 0), and dead letters.
CREATE TABLE IF NOT EXISTS fsm_inbox (
  bot_id        bytea    NOT NULL,
  dead          smallint NOT NULL,
  position      bigint   NOT NULL,
  same          bytea    NOT NULL,
  update_id     text     NOT NULL,
  key_text      text,
  content       bytea    NOT NULL,
  bytes         integer  NOT NULL,
  reason        text,
  at_us         bigint   NOT NULL,
  PRIMARY KEY (bot_id, dead, position),
  UNIQUE (bot_id, dead, same)
);

CREATE TABLE IF NOT EXISTS fsm_inbox_bot (
  id            bytea    NOT NULL PRIMARY KEY,
  bot_text      text     NOT NULL,
  last_position bigint   NOT NULL,
  fencing_token bigint   NOT NULL
);
