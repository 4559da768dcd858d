-- Reads one conversation as aiogram keeps it.
-- KEYS: 1 state, 2 data
-- ARGV: none
-- Returns both texts, each '=text', or '-' where there is none
local function encoded(text) return text and '=' .. text or '-' end
return {encoded(redis.call('GET', KEYS[1])), encoded(redis.call('GET', KEYS[2]))}
