-- Delete a worker; with ARGV[2] = 'retired' only if it is. KEYS: workers acked retired. ARGV: id, condition.
if ARGV[2] == 'retired' and redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 0 then
    return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
return 1
