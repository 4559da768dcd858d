-- Applies one Mutation to one conversation, as StoredConversation.apply decides it.
-- Redis does not roll a script back: the caller checks numbers and sizes, so that nothing can fail after the first write.
-- KEYS: 1 conversation, 2 its index of deadlines, only where the deadline is set or cleared
-- ARGV: 1 one byte each: state k kept, s set, c cleared, S and C the same, of a state that is carried over; data p patched, r replaced;
--         4 bytes each: how many of the other arguments are to be set in state and data, how many in attributes;
--         8 bytes each, -1 none: expected version, fencing token, event id, time to live in ms, that of a tombstone,
--           the time in ms since 1970, the deadline in hundredths of a second since 1970 (0 to clear it);
--         only where the event id is -2: its fingerprint (6 bytes), the length of its source (1 byte), its source;
--         only where the state is S or C: its age in ms (8 bytes);
--         the rest: expected state, '' any, '-' none, '=state'
--       2 the new state, only where it is set
--       then field (':name') and value of each entry to set, then ('@name') of each attribute,
--       then fields to remove ('s' for the state)
-- Returns version and previous version, 7 bytes each, since when the previous state was there, 6 bytes in ms, then
--           ' previousState' if there was one: applied; a version of 0: nothing is left, or was there
--         {1, HGETALL}: another version or state is there
--         {2, HGETALL}: the event was applied before
--         {3, token}:   a higher fencing token was seen
--         {4, source}:  events of too many other sources are remembered
--         {5, format}:  the record has another format
--         {6, index}:   the index is of another type
local NONE = '\0\0\0\0\0\0\0' -- version 0
local HEAD = 23 -- bytes of v before the events
local FORMAT = 17592186044416 -- 2^44, the lowest bit above the time in v: format 1
local ENDS = 549755813888 -- 2^39, the highest bit of the deadline in v: there is a field x
local MOST_AGE = 1099511627775 -- in ms, 5 bytes
local BLOCKS = 33 -- of 8 event ids each, in a run
local SOURCES = 8 -- that have a name
local COLON = 58 -- begins the fields of data entries
local AT = 64 -- begins those of attributes
local CHUNK = 4000 -- unpack can push about 8000 values

local ARGV, key, call = ARGV, KEYS[1], redis.call
local change, data, sets, attributes, expected, token, event, ttl, tombstone, now, due, rest =
  struct.unpack('>c1c1i4i4i8i8i8i8i8i8i8', ARGV[1])
local old, fingerprint, source, chunk0, chunk1, chunk2, chunk3, chunk4, chunk5, chunk6, chunk7
if event == -2 then
  fingerprint, source, rest = struct.unpack('>c6Bc0', ARGV[1], rest)
  chunk0, chunk1, chunk2, chunk3 = 'e0' .. source, 'e1' .. source, 'e2' .. source, 'e3' .. source
  chunk4, chunk5, chunk6, chunk7 = 'e4' .. source, 'e5' .. source, 'e6' .. source, 'e7' .. source
  old = call('HMGET', key, 'v', 's', 'f', chunk0, chunk1, chunk2, chunk3, chunk4, chunk5, chunk6, chunk7)
else
  old = token < 0 and call('HMGET', key, 'v', 's') or call('HMGET', key, 'v', 's', 'f')
end
local carried -- its age, of a state that is carried over
if change == 'S' or change == 'C' then
  carried, rest = struct.unpack('>i8', ARGV[1], rest)
  change = string.lower(change)
end
local before, state, fence = old[1], old[2], nil

-- v: the version (7 bytes); the last write's time in ms (6), with the format in its four highest bits; the age of the state then
-- in ms (5); the deadline in hundredths of a second (5), 0 for none, its highest bit for a field x; then the latest run of event
-- ids: the number of its newest block (7), that block's bits, older blocks' bits.
-- o: the other run last written (an overtaken one, or a restart at lower ids), always below the latest run's window.
-- x: when state and data end, in ms (6), where events or a fence outlive them.
local version, touched, age, deadline, newest, bits, older = 0, FORMAT, 0, 0, nil, nil, nil
if before then
  if #before < HEAD then return {5, 0} end
  if #before == HEAD then
    version, touched, age, deadline = struct.unpack('>I7I6I5I5', before)
  else
    version, touched, age, deadline, newest, bits = struct.unpack('>I7I6I5I5I7B', before)
    older = string.sub(before, HEAD + 9)
  end
  if touched < FORMAT or touched >= 2 * FORMAT then return {5, math.floor(touched / FORMAT)} end
end
touched = touched - FORMAT

if token >= 0 then
  local highest = tonumber(old[3] or 0)
  if token < highest then return {3, old[3]} end
  if token > highest then fence = string.format('%.0f', token) end
end

local run = before and string.sub(before, HEAD + 1) or ''
local stored, ended = version > 0, false
local ends = deadline >= ENDS
if ends then
  deadline = deadline - ENDS
  local x = struct.unpack('>I6', call('HMGET', key, 'x')[1])
  if now >= x then -- the end counts as a write
    ended, version, touched, age, deadline, state = true, version + 1, x, 0, 0, nil
  end
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
  local behind = newest and newest - block or BLOCKS -- the newest, in blocks
  if behind == 0 then
    if bit.band(bits, mask) ~= 0 then return {2, call('HGETALL', key)} end
    bits = bit.bor(bits, mask)
  elseif behind >= BLOCKS or behind <= -BLOCKS then
    if newest and not below then other = run end
    newest, bits, older = block, mask, ''
  elseif behind < 0 then
    older = string.rep('\0', -behind - 1) .. string.char(bits) .. string.sub(older, 1, BLOCKS - 1 + behind)
    newest, bits = block, mask
  else
    local byte = string.byte(older, behind) or 0
    if bit.band(byte, mask) ~= 0 then return {2, call('HGETALL', key)} end
    older = older .. string.rep('\0', behind - #older)
    older = string.sub(older, 1, behind - 1) .. string.char(bit.bor(byte, mask)) .. string.sub(older, behind + 1)
  end
  if below then other, newest = struct.pack('>I7B', newest, bits) .. older, nil end -- the latest run stays as it was
end

if expected >= 0 and expected ~= version then return {1, call('HGETALL', key)} end
if #ARGV[1] >= rest and string.sub(ARGV[1], rest) ~= (state and '=' .. state or '-') then
  return {1, call('HGETALL', key)}
end

if chunk and source ~= '' and not old[4] and stored then -- a source that is new here
  local names, sources = call('HKEYS', key), 0
  for i = 1, #names do
    if #names[i] > 2 and string.sub(names[i], 1, 2) == 'e0' then sources = sources + 1 end
  end
  if sources >= SOURCES then return {4, source} end
end

local after -- where the conversation has an end, the number in between is that of the conversation after it
if version > 0 then after = version + (ends and not ended and 2 or 1)
else local t = call('TIME'); after = t[1] * 1000000 + t[2] end
if newest then run = struct.pack('>I7B', newest, bits) .. older end
local answer = struct.pack('>I7I6', version, touched - age) .. (state and ' ' .. state or '')
local stays = change == 'k' or change == 's' and state == ARGV[2] or change == 'c' and not state
if carried then age = carried
elseif version > 0 and stays then age = math.min(MOST_AGE, age + math.max(0, now - touched)) else age = 0 end
if due >= 0 then deadline = due end

local from, last = 2, 1 + sets + attributes
if change == 's' then from, ARGV[1] = 1, 's' end -- ARGV[1] has been read: now it names the field of ARGV[2]
local empty = sets == 0 and (change == 'c' or not state) -- unless entries are left
local outlives = token >= 0 or chunk or run ~= '' -- what a tombstone is for

-- The first write happens below this line. A refused ZADD, ZREM or HDEL refuses everything: each comes before the first HSET.
local entry
if due >= 0 then
  entry = string.match(key, '{(.*)}$')
  local indexed
  if due > 0 then indexed = redis.pcall('ZADD', KEYS[2], 'LT', due, entry)
  else indexed = redis.pcall('ZREM', KEYS[2], entry) end
  if type(indexed) == 'table' then return string.find(indexed.err, 'WRONGTYPE', 1, true) and {6, KEYS[2]} or indexed end
end
local names
if stored then
  if data == 'r' or ended then
    local gone = {}
    names = call('HKEYS', key)
    for i = 1, #names do
      local first = string.byte(names[i])
      if first == COLON or ended and (first == AT or names[i] == 's') then gone[#gone + 1] = names[i]
      elseif names[i] == 'f' or string.sub(names[i], 1, 2) == 'e0' then outlives = true end
    end
    for i = 1, #gone, CHUNK do call('HDEL', key, unpack(gone, i, math.min(i + CHUNK - 1, #gone))) end
  end
  for i = last + 1, #ARGV, CHUNK do call('HDEL', key, unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV))) end
  if not names and (empty or not outlives and ttl >= 0 and ttl < tombstone) then
    names = call('HKEYS', key)
    for i = 1, #names do
      if string.byte(names[i]) == COLON then empty = false
      elseif names[i] == 'f' or string.sub(names[i], 1, 2) == 'e0' then outlives = true end
    end
  end
end
local x
if empty then
  if due > 0 then redis.pcall('ZREM', KEYS[2], entry) end -- there is no conversation that has it
  if not outlives then
    if stored then call('DEL', key) end
    return NONE .. answer
  end
  if names then
    local gone = {}
    for i = 1, #names do
      if string.byte(names[i]) == AT then gone[#gone + 1] = names[i] end
    end
    for i = 1, #gone, CHUNK do call('HDEL', key, unpack(gone, i, math.min(i + CHUNK - 1, #gone))) end
  end
  deadline, last, ttl = 0, from - 1, tombstone
elseif outlives and ttl >= 0 and ttl < tombstone then
  x, deadline, ttl = now + ttl, deadline + ENDS, tombstone
end
if ends and not x then call('HDEL', key, 'x') end
after = struct.pack('>I7I6I5I5', after, FORMAT + now, age, deadline) .. run
if x then call('HSET', key, 'x', struct.pack('>I6', x)) end
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
if ttl >= 0 then call('PEXPIRE', key, ttl) elseif stored then call('PERSIST', key) end
return string.sub(after, 1, 7) .. answer
