-- If it still has less than the number. KEYS: workers acked retired. ARGV: id, number.
local acked = redis.call('HGET', KEYS[2], ARGV[1])
if acked and tonumber(string.match(acked, '^%d+')) < tonumber(ARGV[2]) then
    redis.call('SADD', KEYS[3], ARGV[1])
end
return 1
