-- Reads one conversation as aiogram keeps it.
-- KEYS: 1 state, 2 data
-- ARGV: none
-- Returns both texts, each '=text', or '-' where there is none
local function tagged(text) return text and '=' .. text or '-' end
return {tagged(redis.call('GET', KEYS[1])), tagged(redis.call('GET', KEYS[2]))}
