-- Lists entries of indexes of deadlines.
-- KEYS: indexes
-- ARGV: 1 the latest place, in hundredths of a second since 1970 or +inf, 2 how many of each index to pass over,
--       3 how many of each at most, those with the earliest places
-- Returns entry and place in turn
local listed = {}
for i = 1, #KEYS do
  local entries = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])
  for k = 1, #entries do listed[#listed + 1] = entries[k] end
end
return listed
