-- The same row twice is one registration whose reply was lost. KEYS: workers acked. ARGV: id, row, acked.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then
    return redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] and 1 or 0
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
