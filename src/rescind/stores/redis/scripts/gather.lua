-- Everything that judges sessions, in one snapshot. KEYS: meta lock fence.
-- ARGV: prefix, token ('' outside a unit), lock time in ms, '1' for all wide entries and not only those after
-- the issue, number of session ids, session ids..., further wide keys...
-- Answers: meta, {id, row...}, {whose, standing...}, {wide key, {entry...}...}.
-- Keys beyond KEYS are named by what is read; all share the hash tag of KEYS, so they are on this node.
local prefix, token, all = ARGV[1], ARGV[2], ARGV[4] == '1'
if token ~= '' then
    if redis.call('GET', KEYS[3]) ~= token then
        return redis.error_reply('LOST the right to write')
    end
    redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
end

local rows, people, ends, tenants, since = {}, {}, {}, {}, {}
local function header_of(value)
    local _, header = cmsgpack.unpack_one(value, 2)
    return header
end
local function may_end(key, issued)
    if since[key] == nil or issued < since[key] then
        since[key] = issued
    end
end
local function tenant_of(who)
    if tenants[who] == nil then
        local standing = redis.call('GET', prefix .. 'p:' .. who)
        tenants[who] = ''
        if standing then
            people[#people + 1] = who
            people[#people + 1] = standing
            tenants[who] = header_of(standing)[1]
        end
    end
    return tenants[who]
end
local last = 5 + ARGV[5]
for at = 6, last do
    local row = redis.call('GET', prefix .. 's:' .. ARGV[at])
    if row then
        rows[#rows + 1] = ARGV[at]
        rows[#rows + 1] = row
        local issued, who, wide = unpack(header_of(row), 1, 3)
        issued = all and 0 or issued
        for _, key in ipairs(wide) do
            may_end(key, issued)
        end
        if tenant_of(who) ~= '' then
            may_end(tenant_of(who), issued)
        end
    end
end
for at = last + 1, #ARGV do
    may_end(ARGV[at], 0)
end
local first = tonumber(redis.call('GET', prefix .. 'first') or 0)
for key, after in pairs(since) do
    local found = {}
    after = math.max(after, first)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. key, string.format('(%.0f', after), '+inf')) do
        found[#found + 1] = redis.call('HGET', prefix .. 'entries', id) or ''
    end
    if #found > 0 then
        ends[#ends + 1] = key
        ends[#ends + 1] = found
    end
end
return {redis.call('GET', KEYS[1]) or '', rows, people, ends}
