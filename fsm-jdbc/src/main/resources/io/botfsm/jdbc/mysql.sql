-- One row a conversation. Ids are binary, so that no collation and no padding makes two keys one.
CREATE TABLE IF NOT EXISTS fsm_conversation (
  id            varbinary(255) NOT NULL PRIMARY KEY,
  key_text      longtext       NOT NULL,
  format        smallint       NOT NULL,
  nul_escaped   smallint       NOT NULL,
  state         longtext,
  data          longtext,
  attributes    longtext,
  version       bigint         NOT NULL,
  fencing_token bigint         NOT NULL,
  events        blob,
  since_ms      bigint,
  touched_ms    bigint,
  deadline_ms   bigint,
  end_ms        bigint,
  due_ms        bigint,
  expires_us    bigint,
  KEY fsm_conversation_due (due_ms)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS fsm_lease (
  id            varbinary(255) NOT NULL PRIMARY KEY,
  name_text     longtext       NOT NULL,
  format        smallint       NOT NULL,
  nul_escaped   smallint       NOT NULL,
  claim         longtext,
  version       bigint         NOT NULL,
  ends_us       bigint         NOT NULL,
  fencing_token bigint         NOT NULL,
  fence_kept    smallint       NOT NULL,
  released_us   bigint         NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Updates that wait to be handled (dead = 0), and dead letters.
CREATE TABLE IF NOT EXISTS fsm_inbox (
  bot_id        varbinary(255) NOT NULL,
  dead          smallint       NOT NULL,
  position      bigint         NOT NULL,
  same          varbinary(32)  NOT NULL,
  update_id     longtext       NOT NULL,
  key_text      longtext,
  content       longblob       NOT NULL,
  bytes         integer        NOT NULL,
  reason        longtext,
  at_us         bigint         NOT NULL,
  PRIMARY KEY (bot_id, dead, position),
  UNIQUE (bot_id, dead, same)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS fsm_inbox_bot (
  id            varbinary(255) NOT NULL PRIMARY KEY,
  bot_text      longtext       NOT NULL,
  last_position bigint         NOT NULL,
  fencing_token bigint         NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
