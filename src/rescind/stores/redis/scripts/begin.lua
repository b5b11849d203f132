-- Take the write lock. KEYS: lock fence meta. ARGV: token, lock time in ms, a token whose lock may be broken.
-- The lock expires, so that a writer that died blocks nobody for long; the fence does not, so that a writer
-- that was thought dead commits nothing once another has begun. Answers (holder) or ('', meta).
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[3] then
    return {holder}
end
redis.call('SET', KEYS[2], ARGV[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'', redis.call('GET', KEYS[3]) or ''}
