-- Ends a lease, if the claim has it, and notifies those who wait.
-- KEYS: 1 lease, also the channel
-- ARGV: 1 claim
-- Returns 1: ended, 0: the claim did not have it
local lease = KEYS[1]
if redis.call('GET', lease) ~= ARGV[1] then return 0 end
redis.call('DEL', lease)
redis.pcall('PUBLISH', lease, '')
return 1
