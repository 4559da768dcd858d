-- One row a conversation. The fillfactor leaves room for the next version of a row on its page (HOT updates): no index
-- holds a column that a write changes.
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
  expires_us    bigint
) WITH (fillfactor = 70);

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
