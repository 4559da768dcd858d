-- Tries every command that the other scripts of aiogram's layout call, and leaves nothing behind.
-- KEYS: 1, 2 keys that nobody uses
-- ARGV: none
-- Returns 'OK', or {command, error} for the first command that failed
local commands = {
  {'GET'},
  {'DEL'}, -- first of those that write: whatever fails later can be undone
  {'SET', '', 'PX', 60000}, -- with a limit before anything else can fail
  {'PEXPIRE', 60000},
  {'PERSIST'},
  {'DEL'},
}
for i = 1, #commands do
  for j = 1, #KEYS do
    local reply = redis.pcall(commands[i][1], KEYS[j], unpack(commands[i], 2))
    if type(reply) == 'table' and reply.err then
      redis.pcall('DEL', unpack(KEYS))
      return {commands[i][1], reply.err}
    end
  end
end
return 'OK'
