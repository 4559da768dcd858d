-- Lists keys, some at a time.
-- KEYS: none
-- ARGV: 1 cursor, '0' at first, 2 pattern, 3 about how many
-- Returns {next cursor, keys}; a cursor of '0': all were listed
return redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
