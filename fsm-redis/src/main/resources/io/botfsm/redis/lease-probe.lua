-- Tries every command that the scripts of leases call, and PING, by which clients find out whether a connection for
-- subscriptions is alive. Leaves nothing behind.
-- KEYS: 1 lease, 2 fence: keys that nobody uses
-- ARGV: none
-- Returns 'OK', or {command, error} for the first command that failed
local lease, fence = KEYS[1], KEYS[2]
local commands = {
  {'TIME'},
  {'DEL', lease, fence}, -- first of those that write: whatever fails later can be undone
  {'GET', lease},
  {'GET', fence},
  {'SET', lease, '', 'PX', 60000},
  {'SET', fence, '', 'PX', 60000},
  {'PTTL', lease},
  {'PEXPIRE', lease, 60000},
  {'PEXPIRE', fence, 60000},
  {'PUBLISH', lease, ''},
  {'PING'},
}
local failed = 'OK'
for i = 1, #commands do
  local reply = redis.pcall(unpack(commands[i]))
  if type(reply) == 'table' and reply.err then
    failed = {commands[i][1], reply.err}
    break
  end
end
redis.pcall('DEL', lease, fence)
return failed
