-- Changes one conversation as aiogram keeps it, if it still is the one that was read.
-- KEYS: 1 state, 2 data
-- ARGV: 1 stamp of what was read: the first 13 hexadecimal digits of the SHA-1 of '=length:state' or '-', then '=data' or '-';
--         '-' alone where neither is there
--       2 new state, 3 new data: '=text', '-' none, 'k' kept
--       4 time to live in ms of the state, 5 of the data, -1 none
-- Returns 1, or 0 if something else is there now
local call = redis.call
local state, data = call('GET', KEYS[1]), call('GET', KEYS[2])
local stamp = '-'
if state or data then
  local framed = (state and '=' .. #state .. ':' .. state or '-') .. (data and '=' .. data or '-')
  stamp = string.sub(redis.sha1hex(framed), 1, 13)
end
if stamp ~= ARGV[1] then return 0 end

local function store(key, is, to, ttl)
  if to == '-' then
    if is then call('DEL', key) end
  elseif to ~= 'k' then
    if ttl == '-1' then
      call('SET', key, string.sub(to, 2))
    else
      call('SET', key, string.sub(to, 2), 'PX', ttl)
    end
  elseif is then
    if ttl == '-1' then call('PERSIST', key) else call('PEXPIRE', key, ttl) end
  end
end
store(KEYS[1], state, ARGV[2], ARGV[4])
store(KEYS[2], data, ARGV[3], ARGV[5])
return 1
