-- Lists entries of indexes of deadlines that are on one server.
-- KEYS: 1 one of the indexes. The others are arguments, since on a cluster the keys of a call have to be of one slot
-- ARGV: 1 the latest place, in hundredths of a second since 1970 or +inf, 2 how many of each index to pass over,
--       3 how many of each at most, those with the earliest places,
--       4 how many of all are wanted, those with the earliest places: a few times as many are listed; '' for all,
--       5... the indexes
-- Returns the number of its index, from 1, entry and place in turn
local latest, most, listed, places = ARGV[1], tonumber(ARGV[4]), {}, {}
for i = 1, #ARGV - 4 do
  local entries = redis.call('ZRANGEBYSCORE', ARGV[i + 4], '-inf', latest, 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])
  for k = 1, #entries, 2 do
    local n = #listed
    listed[n + 1], listed[n + 2], listed[n + 3] = i, entries[k], entries[k + 1]
  end
  if most then
    for k = 2, #entries, 2 do places[#places + 1] = tonumber(entries[k]) end
    if #places >= 2 * most then -- enough are earlier than the rest of the indexes need to list
      table.sort(places)
      latest = string.format('(%.17g', places[most])
      for k = #places, most + 1, -1 do places[k] = nil end
    end
  end
end
if latest == ARGV[1] then return listed end
local bound, wanted = tonumber(string.sub(latest, 2)), {}
for k = 1, #listed, 3 do
  if tonumber(listed[k + 2]) <= bound then
    local n = #wanted
    wanted[n + 1], wanted[n + 2], wanted[n + 3] = listed[k], listed[k + 1], listed[k + 2]
  end
end
return wanted
