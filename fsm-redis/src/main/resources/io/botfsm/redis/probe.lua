-- Tries every command that the other scripts call, and leaves nothing behind.
-- KEYS: 1 a key that nobody uses
-- ARGV: none
-- Returns 'OK', or {command, error} for the first command that failed
local key = KEYS[1]
local commands = {
  {'TIME'},
  {'DEL', key}, -- first of those that write: whatever fails later can be undone
  {'HMGET', key, 's', 'v'},
  {'HSET', key, 's', '', 'v', 1},
  {'PEXPIRE', key, 60000}, -- before anything else can fail
  {'PERSIST', key},
  {'HGETALL', key},
  {'HKEYS', key},
  {'HDEL', key, 's'},
}
local failed = 'OK'
for i = 1, #commands do
  local reply = redis.pcall(unpack(commands[i]))
  if type(reply) == 'table' and reply.err then
    failed = {commands[i][1], reply.err}
    break
  end
end
redis.pcall('DEL', key)
return failed
