-- Tries every command that deadlines need besides those of conversations, and leaves nothing behind.
-- KEYS: 1 a key that nobody uses
-- ARGV: none
-- Returns 'OK', or {command, error} for the first command that failed
local key = KEYS[1]
local commands = {
  {'ZREM', key, ''}, -- first of those that write: whatever fails later can be undone
  {'ZADD', key, 'LT', 1, ''},
  {'ZSCORE', key, ''},
  {'ZRANGEBYSCORE', key, '-inf', 1, 'WITHSCORES', 'LIMIT', 0, 1},
}
local failed = 'OK'
for i = 1, #commands do
  local reply = redis.pcall(unpack(commands[i]))
  if type(reply) == 'table' and reply.err then
    failed = {commands[i][1], reply.err}
    break
  end
end
redis.pcall('ZREM', key, '')
return failed
