-- Give the write lock back; what was to be committed under this token never will be. KEYS: lock fence.
-- ARGV: token. Answers whether the token was still the one that may commit.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
    return 0
end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
