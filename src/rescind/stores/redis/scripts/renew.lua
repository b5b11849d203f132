-- A worker's read of the log, in one snapshot. KEYS: meta log entries workers retired server.
-- ARGV: worker id, applied, limit.
-- Answers: meta, registered, the id at applied, the entries after it, what the log knows of its server, INFO.
local applied, page = ARGV[2], {}
local ids = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. applied, '+inf', 'LIMIT', 0, ARGV[3])
if #ids > 0 then
    page = redis.call('HMGET', KEYS[3], unpack(ids))
end
local registered = redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 and redis.call('SISMEMBER', KEYS[5], ARGV[1]) == 0
return {
    redis.call('GET', KEYS[1]) or '',
    registered and 1 or 0,
    redis.call('ZRANGEBYSCORE', KEYS[2], applied, applied)[1] or '',
    page,
    redis.call('GET', KEYS[6]) or '',
    redis.call('INFO', 'server', 'replication', 'memory', 'persistence', 'stats'),
}
