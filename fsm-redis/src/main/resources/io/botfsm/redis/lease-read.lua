-- Tells what is there; changes nothing.
-- KEYS: 1 lease, 2 fence
-- ARGV: none
-- Returns {claim, PTTL, fence}: '' for a key that is not there, PTTL -2 without a lease, -1 without a time to live
local call, lease = redis.call, KEYS[1]
return {call('GET', lease) or '', call('PTTL', lease), call('GET', KEYS[2]) or ''}
