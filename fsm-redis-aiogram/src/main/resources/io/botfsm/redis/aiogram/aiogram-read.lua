-- Reads one conversation as aiogram keeps it.
-- KEYS: 1 state, 2 data
-- ARGV: none
-- Returns both texts, each '=text', or '-' where there is none
local function told(text) return text and '=' .. text or '-' end
return {told(redis.call('GET', KEYS[1])), told(redis.call('GET', KEYS[2]))}
