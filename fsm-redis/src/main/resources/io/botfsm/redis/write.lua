-- Applies one Mutation to one conversation, as StoredConversation.apply decides it.
-- Redis does not roll a script back: the caller checks numbers and sizes, so that nothing can fail after the first write.
-- KEYS: 1 conversation
-- ARGV: 1 one byte each: state k kept, s set, c cleared; data p patched, r replaced;
--         4 bytes: how many of the other arguments are to be set;
--         8 bytes each, -1 none: expected version, fencing token, event id, time to live in ms, that of a tombstone;
--         only where the event id is -2: its fingerprint (6 bytes), the length of its source (1 byte), its source;
--         the rest: expected state, '' any, '-' none, '=state'
--       2 the new state, only where it is set
--       then field (':name') and value of each entry to set, then fields to remove ('s' for the state)
-- Returns version and previous version, 7 bytes each, then ' previousState' if there was one: applied;
--           a version of 0: nothing is left, or was there
--         {1, HGETALL}: another version or state is there
--         {2, HGETALL}: the event was applied before
--         {3, token}:   a higher fencing token was seen
--         {4, source}:  events of too many other sources are remembered
local NONE = '\0\0\0\0\0\0\0' -- version 0
local BLOCKS = 33 -- of 8 event ids each, in a run
local SOURCES = 8 -- that have a name
local COLON = 58 -- begins the fields of data entries
local CHUNK = 4000 -- unpack can push about 8000 values

local ARGV, key, call = ARGV, KEYS[1], redis.call
local change, data, sets, expected, token, event, ttl, tombstone, rest =
  struct.unpack('>c1c1i4i8i8i8i8i8', ARGV[1])
local old, fingerprint, source, chunk0, chunk1, chunk2, chunk3, chunk4, chunk5, chunk6, chunk7
if event == -2 then
  fingerprint, source, rest = struct.unpack('>c6Bc0', ARGV[1], rest)
  chunk0, chunk1, chunk2, chunk3 = 'e0' .. source, 'e1' .. source, 'e2' .. source, 'e3' .. source
  chunk4, chunk5, chunk6, chunk7 = 'e4' .. source, 'e5' .. source, 'e6' .. source, 'e7' .. source
  old = call('HMGET', key, 'v', 's', 'f', chunk0, chunk1, chunk2, chunk3, chunk4, chunk5, chunk6, chunk7)
else
  old = token < 0 and call('HMGET', key, 'v', 's') or call('HMGET', key, 'v', 's', 'f')
end
local before, state, fence = old[1] or NONE, old[2], nil
if token >= 0 then
  local highest = tonumber(old[3] or 0)
  if token < highest then return {3, old[3]} end
  if token > highest then fence = string.format('%.0f', token) end
end

-- v: the version, then the latest run of event ids: the number of its newest block, that block's bits, older blocks' bits.
-- o: the other run last written (an overtaken one, or a restart at lower ids), always below the latest run's window.
local version, newest, bits, older
if #before == 7 then
  version = struct.unpack('>I7', before)
else
  version, newest, bits = struct.unpack('>I7I7B', before)
  older = string.sub(before, 16)
end
local other

-- e0 to e7 and the source: fingerprints, ten a chunk. The chunk that is not full is the current one; when it is, the next
-- begins empty in place of the oldest.
local chunk, chunkName, nextName
if fingerprint then
  for i = 4, 11 do
    local c = old[i]
    if not c then
      if not chunk then chunk, chunkName = '', i end
      break
    end
    local at = string.find(c, fingerprint, 1, true)
    while at do
      if at % 6 == 1 then return {2, call('HGETALL', key)} end
      at = string.find(c, fingerprint, at + 1, true)
    end
    if #c < 60 then chunk, chunkName = c, i end
  end
  if #chunk == 54 then nextName = 'e' .. (chunkName - 3) % 8 .. source end
  chunkName = 'e' .. chunkName - 4 .. source
  chunk = chunk .. fingerprint
elseif event >= 0 then
  local mask = 2 ^ (event % 8)
  local block = (event - event % 8) / 8
  local below = newest and newest - block >= BLOCKS
  if below then -- the id belongs to the other run
    other, newest = call('HMGET', key, 'o')[1], nil
    if other then
      newest, bits = struct.unpack('>I7B', other)
      older = string.sub(other, 9)
    end
  end
  local age = newest and newest - block or BLOCKS -- in blocks, behind the newest
  if age == 0 then
    if bit.band(bits, mask) ~= 0 then return {2, call('HGETALL', key)} end
    bits = bit.bor(bits, mask)
  elseif age >= BLOCKS or age <= -BLOCKS then
    if newest and not below then other = string.sub(before, 8) end
    newest, bits, older = block, mask, ''
  elseif age < 0 then
    older = string.rep('\0', -age - 1) .. string.char(bits) .. string.sub(older, 1, BLOCKS - 1 + age)
    newest, bits = block, mask
  else
    local byte = string.byte(older, age) or 0
    if bit.band(byte, mask) ~= 0 then return {2, call('HGETALL', key)} end
    older = older .. string.rep('\0', age - #older)
    older = string.sub(older, 1, age - 1) .. string.char(bit.bor(byte, mask)) .. string.sub(older, age + 1)
  end
  if below then other, newest = struct.pack('>I7B', newest, bits) .. older, nil end -- the latest run stays as it was
end

if expected >= 0 and expected ~= version then return {1, call('HGETALL', key)} end
if #ARGV[1] >= rest and string.sub(ARGV[1], rest) ~= (state and '=' .. state or '-') then
  return {1, call('HGETALL', key)}
end

if chunk and source ~= '' and not old[4] and version > 0 then -- a source that is new here
  local names, sources = call('HKEYS', key), 0
  for i = 1, #names do
    if #names[i] > 2 and string.sub(names[i], 1, 2) == 'e0' then sources = sources + 1 end
  end
  if sources >= SOURCES then return {4, source} end
end

local after
if version > 0 then after = version + 1 else local t = call('TIME'); after = t[1] * 1000000 + t[2] end
if newest then
  after = struct.pack('>I7I7B', after, newest, bits) .. older
else
  after = struct.pack('>I7', after) .. string.sub(before, 8)
end
local from, last = 2, 1 + sets
if change == 's' then from, ARGV[1] = 1, 's' end -- ARGV[1] has been read: now it names the field of ARGV[2]
local empty = sets == 0 and (change == 'c' or not state) -- unless entries are left
local outlives = fence or chunk or #after > 7 -- what a tombstone is for

-- The first write happens below this line. An HDEL comes before the first HSET, a refused one refuses everything.
if version > 0 then
  if data == 'r' then
    local names, gone = call('HKEYS', key), {}
    for i = 1, #names do
      if string.byte(names[i]) == COLON then gone[#gone + 1] = names[i]
      elseif names[i] == 'f' or string.sub(names[i], 1, 2) == 'e0' then outlives = true end
    end
    for i = 1, #gone, CHUNK do call('HDEL', key, unpack(gone, i, math.min(i + CHUNK - 1, #gone))) end
  end
  for i = last + 1, #ARGV, CHUNK do call('HDEL', key, unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV))) end
  if empty and data == 'p' then
    local names = call('HKEYS', key)
    for i = 1, #names do
      if string.byte(names[i]) == COLON then empty = false
      elseif names[i] == 'f' or string.sub(names[i], 1, 2) == 'e0' then outlives = true end
    end
  end
end
if empty then
  if not outlives then
    if version > 0 then call('DEL', key) end
    return NONE .. string.sub(before, 1, 7) .. (state and ' ' .. state or '')
  end
  ttl = tombstone
end
if fence then call('HSET', key, 'f', fence) end
while last - from >= CHUNK do call('HSET', key, unpack(ARGV, from, from + CHUNK - 1)); from = from + CHUNK end
if other then
  call('HSET', key, 'v', after, 'o', other, unpack(ARGV, from, last))
elseif nextName then
  call('HSET', key, 'v', after, chunkName, chunk, nextName, '', unpack(ARGV, from, last))
elseif chunk then
  call('HSET', key, 'v', after, chunkName, chunk, unpack(ARGV, from, last))
else
  call('HSET', key, 'v', after, unpack(ARGV, from, last))
end
if ttl >= 0 then call('PEXPIRE', key, ttl) elseif version > 0 then call('PERSIST', key) end
return string.sub(after, 1, 7) .. string.sub(before, 1, 7) .. (state and ' ' .. state or '')
