-- Tries every command that inboxes need, and leaves nothing behind.
-- KEYS: 1 and 2 keys that nobody uses
-- ARGV: none
-- Returns 'OK', or {command, error} for the first command that failed
local hash, set = KEYS[1], KEYS[2]
local commands = {
  {'TIME'},
  {'HDEL', hash, ''}, -- these two first of those that write: whatever fails later can be undone
  {'ZREM', set, ''},
  {'HSET', hash, '', ''},
  {'HMGET', hash, ''},
  {'ZADD', set, 1, ''},
  {'ZSCORE', set, ''},
  {'ZCARD', set},
  {'ZRANGEBYSCORE', set, '-inf', 1, 'WITHSCORES', 'LIMIT', 0, 1},
}
local failed = 'OK'
for i = 1, #commands do
  local reply = redis.pcall(unpack(commands[i]))
  if type(reply) == 'table' and reply.err then
    failed = {commands[i][1], reply.err}
    break
  end
end
redis.pcall('HDEL', hash, '')
redis.pcall('ZREM', set, '')
return failed
