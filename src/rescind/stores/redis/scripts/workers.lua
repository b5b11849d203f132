-- The registry in one snapshot, and whether it can be believed. KEYS: meta workers acked retired server settled.
return {
    redis.call('GET', KEYS[1]) or '',
    redis.call('HGETALL', KEYS[2]),
    redis.call('HGETALL', KEYS[3]),
    redis.call('SMEMBERS', KEYS[4]),
    redis.call('GET', KEYS[6]) or '',
    redis.call('GET', KEYS[5]) or '',
    redis.call('INFO', 'server', 'replication', 'memory', 'persistence', 'stats'),
}
