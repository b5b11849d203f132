-- All writes of one transaction. KEYS: guard lock fence. ARGV: what the guard must hold ('' for nothing), then
-- for every write the number of its words and the words themselves. The guard is the fence (a unit of work)
-- or what is known of the server (a new birth). After this the token commits nothing again.
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
    return redis.error_reply('LOST the right to write')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local PRUNED = 32

-- A key that lives as long as its longest-lived member.
local function keep_for(key, life)
    if redis.call('PTTL', key) < life then
        redis.call('PEXPIRE', key, life)
    end
end

local special = {}

-- An index sheds what has gone by itself: every insertion removes what is due, so it never outgrows its live
-- members by much.
function special.INDEX(key, life, id)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    redis.call('ZADD', key, now + life, id)
    keep_for(key, tonumber(life))
end

function special.REALM(by_time, by_id, due, life, over, id)
    local gone = redis.call('ZRANGEBYSCORE', by_time, '-inf', now, 'LIMIT', 0, PRUNED)
    if #gone > 0 then
        redis.call('ZREM', by_time, unpack(gone))
        redis.call('ZREM', by_id, unpack(gone))
        redis.call('ZREM', due, unpack(gone))
    end
    redis.call('ZADD', by_time, now + life, id)
    redis.call('ZADD', by_id, 0, id)
    redis.call('ZADD', due, over, id)
    for _, key in ipairs({by_time, by_id, due}) do
        keep_for(key, tonumber(life))
    end
end

local at = 2
while at <= #ARGV do
    local last = at + ARGV[at]
    local own = special[ARGV[at + 1]]
    if own then
        own(unpack(ARGV, at + 2, last))
    else
        redis.call(unpack(ARGV, at + 1, last))
    end
    at = last + 1
end
redis.call('DEL', KEYS[2], KEYS[3])
return redis.status_reply('OK')
