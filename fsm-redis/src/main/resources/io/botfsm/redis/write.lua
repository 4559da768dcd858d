-- Applies one Mutation to one conversation, as StoredConversation.apply decides it.
-- Redis does not roll a script back: the caller checks numbers and sizes, so that nothing can fail after the first write.
-- KEYS: 1 conversation
-- ARGV: 1 state: k keep, s set, c clear     2 new state
--       3 data: p patch, r replace          4 number of entries to put
--       5 time to live in ms, '' none       6 expected version, '' any
--       7 expected state: '' any, '-' none, '=state'
--       8 fencing token, '' none            9 event id, '' none
--       10 time to live of a tombstone in ms
--       11.. name and value of each entry to put, then names of entries to remove, all as fields (':name')
-- Returns 'version previousVersion' or 'version previousVersion previousState': applied; version 0: nothing is left
--         {1, HGETALL}: another version or state is there
--         {2, HGETALL}: the event was applied before
--         {3, token}:   a higher fencing token was seen
local FIRST_ENTRY, CHUNK = 11, 4000 -- unpack can push about 8000 values
local BLOCKS = 33 -- of 8 event ids each, in a run

-- A run of event ids: the number of its newest block (7 bytes), then a bit per id, newest block first.
-- e: the run of the highest id; o: the other run last written (an overtaken one, or a restart at lower ids).
-- `ahead`: how many blocks an id lies ahead of a run's newest, nil without a run; `mask`: its bit in its block.
local function holds(run, ahead, mask)
  local byte = ahead and ahead <= 0 and string.byte(run, 8 - ahead)
  return byte and bit.band(byte, mask) ~= 0
end
local function with(run, ahead, block, mask)
  if not ahead or ahead >= BLOCKS or ahead <= -BLOCKS then return struct.pack('>I7B', block, mask) end
  if ahead > 0 then
    return struct.pack('>I7B', block, mask) .. string.rep('\0', ahead - 1) .. string.sub(run, 8, 7 + BLOCKS - ahead)
  end
  run = run .. string.rep('\0', 8 - ahead - #run)
  local byte = bit.bor(string.byte(run, 8 - ahead), mask)
  return string.sub(run, 1, 7 - ahead) .. string.char(byte) .. string.sub(run, 9 - ahead)
end

local ARGV, key, call = ARGV, KEYS[1], redis.call
local old = call('HMGET', key, 's', 'v', 'f', 'e', 'o')
local state, version, fence, run, other = old[1], old[2], old[3], old[4], old[5]

local token, event = ARGV[8], ARGV[9]
if token ~= '' then
  if fence and tonumber(token) < tonumber(fence) then return {3, fence} end
  fence = token
end
if event ~= '' then
  local mask = 2 ^ (event % 8)
  local block = (event - event % 8) / 8
  local ahead = run and block - struct.unpack('>I7', run)
  local beside = other and block - struct.unpack('>I7', other)
  if holds(run, ahead, mask) or holds(other, beside, mask) then return {2, call('HGETALL', key)} end
  if ahead and ahead <= -BLOCKS then
    other = with(other, beside, block, mask)
  else
    if ahead and ahead >= BLOCKS then other = run end
    run = with(run, ahead, block, mask)
  end
end
if ARGV[6] ~= '' and ARGV[6] ~= (version or '0') then return {1, call('HGETALL', key)} end
if ARGV[7] ~= '' and ARGV[7] ~= (state and '=' .. state or '-') then return {1, call('HGETALL', key)} end

local new
if version then new = version + 1 else local t = call('TIME'); new = t[1] * 1000000 + t[2] end
new = string.format('%.0f', new)
local reply = ' ' .. (version or '0') .. (state and ' ' .. state or '')
local puts, clears, replaces = 2 * ARGV[4], ARGV[1] == 'c', ARGV[3] == 'r'
local after = not clears and state
if ARGV[1] == 's' then after = ARGV[2] end

-- The first write happens below this line. An HDEL or DEL comes before the first HSET, a refused one refuses everything.
local empty = not after and puts == 0
if replaces then
  if version then call('DEL', key) end
elseif version then
  if clears and state then call('HDEL', key, 's') end
  for i = FIRST_ENTRY + puts, #ARGV, CHUNK do
    call('HDEL', key, unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV)))
  end
  if empty then
    local left = call('HLEN', key) - 1 -- without the version
    for i = 3, 5 do if old[i] then left = left - 1 end end
    empty = left == 0
  end
end

local ttl = ARGV[5]
if empty then
  if not (fence or run or other) then
    if version and not replaces then call('DEL', key) end
    return '0' .. reply
  end
  ttl = ARGV[10] -- a tombstone
end

-- One HSET of what is not there yet: after a DEL nothing is.
if replaces then old = {} end
local set, n = {'HSET', key, 'v', new}, 4
if after and after ~= old[1] then set[n + 1] = 's'; set[n + 2] = after; n = n + 2 end
if fence and fence ~= old[3] then set[n + 1] = 'f'; set[n + 2] = fence; n = n + 2 end
if run and run ~= old[4] then set[n + 1] = 'e'; set[n + 2] = run; n = n + 2 end
if other and other ~= old[5] then set[n + 1] = 'o'; set[n + 2] = other; n = n + 2 end
local from, last = FIRST_ENTRY, FIRST_ENTRY - 1 + puts
while last - from >= CHUNK do call('HSET', key, unpack(ARGV, from, from + CHUNK - 1)); from = from + CHUNK end
for i = from, last do n = n + 1; set[n] = ARGV[i] end
call(unpack(set))
if ttl ~= '' then call('PEXPIRE', key, ttl) elseif version and not replaces then call('PERSIST', key) end
return new .. reply
