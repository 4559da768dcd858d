-- Lists what waits, or dead letters.
-- KEYS: 1 waiting, 2 updates; or 1 dead, 2 letters
-- ARGV: 1 after which position, 2 how many at most, 3 how many bytes at most, unless the first alone has more
-- Returns whether there may be more (1 or 0), then position and record in turn; '' for a record that is missing
local entries = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local listed, bytes, most = {#entries / 2 < tonumber(ARGV[2]) and 0 or 1}, 0, tonumber(ARGV[3])
for i = 1, #entries, 2 do
  local record = redis.call('HMGET', KEYS[2], entries[i])[1] or ''
  bytes = bytes + #record
  if i > 1 and bytes > most then
    listed[1] = 1
    break
  end
  listed[i + 1], listed[i + 2] = entries[i + 1], record
end
return listed
