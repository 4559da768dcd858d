-- Tries every command that the other scripts of aiogram's layout call, and leaves nothing behind.
-- KEYS: 1, 2 keys that nobody uses
-- ARGV: none
-- Returns 'OK', or {command, error} for the first command that failed
local failed = 'OK'
for i = 1, #KEYS do
  local key = KEYS[i]
  local commands = {
    {'GET', key},
    {'DEL', key}, -- first of those that write: whatever fails later can be undone
    {'SET', key, '', 'PX', 60000},
    {'PEXPIRE', key, 60000},
    {'PERSIST', key},
  }
  for j = 1, #commands do
    local reply = redis.pcall(unpack(commands[j]))
    if failed == 'OK' and type(reply) == 'table' and reply.err then
      failed = {commands[j][1], reply.err}
    end
  end
  redis.pcall('DEL', key)
end
return failed
