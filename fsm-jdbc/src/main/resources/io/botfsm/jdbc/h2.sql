-- One row a conversation.
CREATE TABLE IF NOT EXISTS fsm_conversation (
  id            varbinary(255) NOT NULL PRIMARY KEY,
  key_text      clob           NOT NULL,
  format        smallint       NOT NULL,
  nul_escaped   smallint       NOT NULL,
  state         clob,
  data          clob,
  attributes    clob,
  version       bigint         NOT NULL,
  fencing_token bigint         NOT NULL,
  events        varbinary(8192),
  since_ms      bigint,
  touched_ms    bigint,
  deadline_ms   bigint,
  end_ms        bigint,
  due_ms        bigint,
  expires_us    bigint
);

CREATE INDEX IF NOT EXISTS fsm_conversation_due ON fsm_conversation (due_ms);

CREATE TABLE IF NOT EXISTS fsm_lease (
  id            varbinary(255) NOT NULL PRIMARY KEY,
  name_text     clob           NOT NULL,
  format        smallint       NOT NULL,
  nul_escaped   smallint       NOT NULL,
  claim         clob,
  version       bigint         NOT NULL,
  ends_us       bigint         NOT NULL,
  fencing_token bigint         NOT NULL,
  fence_kept    smallint       NOT NULL,
  released_us   bigint         NOT NULL
);

-- Updates that wait to be handled (dead = 0), and dead letters.
CREATE TABLE IF NOT EXISTS fsm_inbox (
  bot_id        varbinary(255) NOT NULL,
  dead          smallint       NOT NULL,
  position      bigint         NOT NULL,
  same          varbinary(32)  NOT NULL,
  update_id     clob           NOT NULL,
  key_text      clob,
  content       blob           NOT NULL,
  bytes         integer        NOT NULL,
  reason        clob,
  at_us         bigint         NOT NULL,
  PRIMARY KEY (bot_id, dead, position),
  UNIQUE (bot_id, dead, same)
);

CREATE TABLE IF NOT EXISTS fsm_inbox_bot (
  id            varbinary(255) NOT NULL PRIMARY KEY,
  bot_text      clob           NOT NULL,
  last_position bigint         NOT NULL,
  fencing_token bigint         NOT NULL
);
