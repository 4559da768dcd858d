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
local key, call = KEYS[1], redis.call
local old = call('HMGET', key, 's', 'v', 'f', 'e', 'o')
local state, version, fence, run, other = old[1], old[2], old[3], old[4], old[5]
local set, n = {'HSET', key, 'v', 0}, 4 -- the one HSET at the end; its version is filled in later
local function field(name, value) set[n + 1] = name; set[n + 2] = value; n = n + 2 end

if ARGV[8] ~= '' then
  if fence and tonumber(ARGV[8]) < tonumber(fence) then return {3, fence} end
  if ARGV[8] ~= fence then fence = ARGV[8]; field('f', fence) end
end

-- A run of ids: the number of its newest block of 8 ids (7 bytes), then a bit per id, newest block first, 33 blocks at most.
-- e: the run of the highest id; o: the other run last written (an overtaken one, or a restart at lower ids).
if ARGV[9] ~= '' then
  local id = tonumber(ARGV[9])
  local block, bit1 = math.floor(id / 8), 2 ^ (id % 8)
  -- how many blocks the id lies ahead of a run's newest block
  local function ahead(w) return w and block - struct.unpack('>I7', w) end
  local function has(w, d) local b = d and d <= 0 and string.byte(w, 8 - d); return b and bit.band(b, bit1) ~= 0 end
  local function add(w, d)
    local head = struct.pack('>I7B', block, bit1)
    if not d or d > 32 or d < -32 then return head end
    if d > 0 then return head .. string.rep('\0', d - 1) .. string.sub(w, 8, 40 - d) end
    w = w .. string.rep('\0', 8 - d - #w)
    return string.sub(w, 1, 7 - d) .. string.char(bit.bor(string.byte(w, 8 - d), bit1)) .. string.sub(w, 9 - d)
  end
  local d, od = ahead(run), ahead(other)
  if has(run, d) or has(other, od) then return {2, call('HGETALL', key)} end
  if d and d < -32 then other = add(other, od); field('o', other)
  else
    if d and d > 32 then other = run; field('o', other) end
    run = add(run, d); field('e', run)
  end
end

if ARGV[6] ~= '' and ARGV[6] ~= (version or '0') then return {1, call('HGETALL', key)} end
if ARGV[7] ~= '' and ARGV[7] ~= (state and '=' .. state or '-') then return {1, call('HGETALL', key)} end

local new
if version then new = version + 1 else local t = call('TIME'); new = t[1] * 1000000 + t[2] end
new = string.format('%.0f', new)
set[4] = new
local function applied(v)
  local reply = v .. ' ' .. (version or '0')
  return state and reply .. ' ' .. state or reply
end

local puts, clears, replaces = 2 * ARGV[4], ARGV[1] == 'c', ARGV[3] == 'r'
local after = not clears and state
if ARGV[1] == 's' then after = ARGV[2]; field('s', after) end

-- The first write happens below this line. An HDEL or DEL comes before the first HSET, a refused one refuses everything.
local empty = not after and puts == 0
if replaces then
  if version then call('DEL', key) end
  if ARGV[1] == 'k' and state then field('s', state) end
  if fence and fence == old[3] then field('f', fence) end
  if run and run == old[4] then field('e', run) end
  if other and other == old[5] then field('o', other) end
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
    return applied('0')
  end
  ttl = ARGV[10] -- a tombstone
end
local from, last = FIRST_ENTRY, FIRST_ENTRY - 1 + puts
while last - from >= CHUNK do call('HSET', key, unpack(ARGV, from, from + CHUNK - 1)); from = from + CHUNK end
for i = from, last do n = n + 1; set[n] = ARGV[i] end
call(unpack(set))
if ttl ~= '' then call('PEXPIRE', key, ttl) elseif version and not replaces then call('PERSIST', key) end
return applied(new)
