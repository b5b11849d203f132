-- Never lowers it. KEYS: workers acked. ARGV: id, number, 'number time'.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
    return 0
end
local old = redis.call('HGET', KEYS[2], ARGV[1])
if tonumber(string.match(old, '^%d+')) < tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
return 1
