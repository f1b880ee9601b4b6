#!lua name=regsentry
-- SPDX-License-Identifier: GPL-3.0-or-later
-- What must happen in one piece, happens here. All keys of a call carry the same {shard}, so that
-- a call stays on one node of a cluster. Times are the server's own, in milliseconds; event times
-- are decimals of nanoseconds with 20 digits, so that they compare as strings.

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function keep(keys, seconds)
  for _, key in ipairs(keys) do redis.call('EXPIRE', key, seconds) end
end

local function field(key, name)
  return tonumber(redis.call('HGET', key, name) or 0)
end

-- KEYS site  ARGV wanted keep
-- The number of shards: what the first one wanted.
local function shards(keys, args)
  redis.call('HSETNX', keys[1], 'shards', args[1])
  keep(keys, args[2])
  return field(keys[1], 'shards')
end

-- KEYS obs probes  ARGV probe:session:shard seq block keep oldest
-- Appends the block unless it is there. Gives the newest number of this session, so that a probe
-- that lost an answer learns what has arrived. What lies before the oldest block that the probe
-- still has is gone for good when it is not here (a server that came back without its data): then
-- the session goes on behind the gap.
local function append(keys, args)
  local seq, newest = tonumber(args[2]), field(keys[2], args[1])
  local next = math.max(newest + 1, tonumber(args[5]))
  if seq > next then
    return redis.error_reply('GAP ' .. newest)
  end
  if seq == next then
    redis.call('XADD', keys[1], '*', 'p', args[1], 'b', args[3])
    redis.call('HSET', keys[2], args[1], seq)
    keep(keys, args[4])
    newest = seq
  end
  return newest
end

-- KEYS engines  ARGV owner ttl_ms keep
-- Tells that an engine lives. Gives how many do, and its place among them.
local function engines(keys, args)
  local t, place = now_ms(), 0
  redis.call('ZADD', keys[1], t, args[1])
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', '(' .. string.format('%.0f', t - tonumber(args[2])))
  keep(keys, args[3])
  local names = redis.call('ZRANGE', keys[1], 0, -1)
  for _, name in ipairs(names) do
    if name < args[1] then place = place + 1 end
  end
  return {#names, place}
end

-- KEYS engines  ARGV owner
local function leave(keys, args)
  return redis.call('ZREM', keys[1], args[1])
end

-- KEYS lease position  ARGV owner ttl_ms keep wanted
-- Renews, or takes what is free when it is wanted. The epoch grows with every change of hands and
-- never falls. Gives {mine, epoch, free, up to where it is committed, alerts}.
local function lease(keys, args)
  local t = now_ms()
  local owner, till = redis.call('HGET', keys[1], 'owner'), field(keys[1], 'until')
  local epoch = field(keys[1], 'epoch')
  local mine, free = owner == args[1] and till > 0, not owner or till <= t
  if mine or (free and args[4] == '1') then
    if owner ~= args[1] or till == 0 then epoch = epoch + 1 end
    redis.call('HSET', keys[1], 'owner', args[1], 'epoch', epoch, 'until', t + tonumber(args[2]))
    keep({keys[1]}, args[3])
    mine, free = true, false
  end
  return {mine and 1 or 0, epoch, free and 1 or 0, redis.call('HGET', keys[2], 'upto') or '',
    field(keys[2], 'alerts')}
end

local function holds(key, owner, epoch)
  return redis.call('HGET', key, 'owner') == owner and field(key, 'epoch') == tonumber(epoch)
end

-- KEYS lease  ARGV owner epoch
local function release(keys, args)
  if not holds(keys[1], args[1], args[2]) then return 0 end
  redis.call('HSET', keys[1], 'until', 0)
  return 1
end

-- KEYS obs lease (rulelog)  ARGV epoch upto ended keep
-- What stands behind this in the log counts as later than upto, whatever its time. The epoch is
-- that of the first shard's lease. ended, when it is not empty: all that is known of has ended, and
-- event time went on to there. With the log of rules it says how many lines that has now: what
-- is promoted later is in force later than upto.
local function seal(keys, args)
  local epoch, last = tonumber(args[1]), redis.call('HGET', keys[2], 'sealed') or ''
  if epoch < field(keys[2], 'sealer') then return redis.error_reply('FENCED another engine seals') end
  if args[2] > last then
    if keys[3] then
      redis.call('XADD', keys[1], '*', 'seal', args[2], 'ended', args[3], 'rules', redis.call('LLEN', keys[3]))
      keep({keys[3]}, args[4])
    else
      redis.call('XADD', keys[1], '*', 'seal', args[2], 'ended', args[3])
    end
    redis.call('HSET', keys[2], 'sealer', epoch, 'sealed', args[2])
    keep(keys, args[4])
  end
  return redis.status_reply('OK')
end

-- KEYS lease poisoned  ARGV owner epoch place block keep
-- Keeps a block that does not open, for whoever looks into it; the first thousand.
local function aside(keys, args)
  if not holds(keys[1], args[1], args[2]) or redis.call('HLEN', keys[2]) >= 1000 then return 0 end
  redis.call('HSET', keys[2], args[3], args[4])
  keep({keys[2]}, args[5])
  return 1
end

-- KEYS lease position scores resellers alerts obs
-- ARGV owner epoch ttl_ms keep retention_ms  from to observations event_ts ruleset
--      alerts_before n_alerts {id typology level json}...  anew n_scores {id score json}...
--      n_gone {id}...
-- All of a batch or nothing of it: whoever lost the lease, or does not start where the last commit
-- ended, changes nothing.
local function commit(keys, args)
  if not holds(keys[1], args[1], args[2]) then return redis.error_reply('FENCED the lease is another engine\'s') end
  local position = redis.call('HGET', keys[2], 'upto') or ''
  if position ~= args[6] or field(keys[2], 'alerts') ~= tonumber(args[11]) then
    return redis.error_reply('POSITION ' .. position)
  end
  local at = 12
  local function take() at = at + 1; return args[at - 1] end
  local n_alerts = tonumber(take())
  for _ = 1, n_alerts do
    redis.call('XADD', keys[5], 'MAXLEN', '~', 1000000, '*', 'id', take(), 'typology', take(),
      'level', take(), 'json', take())
  end
  if take() == '1' then redis.call('DEL', keys[3], keys[4]) end
  for _ = 1, tonumber(take()) do
    local id = take()
    redis.call('ZADD', keys[3], take(), id)
    redis.call('HSET', keys[4], id, take())
  end
  for _ = 1, tonumber(take()) do
    local id = take()
    redis.call('ZREM', keys[3], id)
    redis.call('HDEL', keys[4], id)
  end
  redis.call('HSET', keys[2], 'upto', args[7], 'observations', args[8], 'ts', args[9], 'ruleset',
    args[10], 'alerts', tonumber(args[11]) + n_alerts, 'epoch', args[2])
  local t = now_ms()
  redis.call('HSET', keys[1], 'until', t + tonumber(args[3]))
  local function before(ms) return string.format('%.0f', t - ms) end
  redis.call('XTRIM', keys[6], 'MINID', '~', before(tonumber(args[5])))
  redis.call('XTRIM', keys[5], 'MINID', '~', before(tonumber(args[4]) * 1000))
  keep(keys, args[4])
  return redis.status_reply('OK')
end

-- KEYS lease place  ARGV owner epoch id i piece expire
-- A piece of an engine's state; the first one clears the place.
local function state_put(keys, args)
  if not holds(keys[1], args[1], args[2]) then return redis.error_reply('FENCED the lease is another engine\'s') end
  if args[4] == '0' then
    redis.call('UNLINK', keys[2])
    redis.call('HSET', keys[2], 'id', args[3])
  elseif redis.call('HGET', keys[2], 'id') ~= args[3] then
    return redis.error_reply('FENCED another state is written there')
  end
  redis.call('HSET', keys[2], args[4], args[5])
  redis.call('EXPIRE', keys[2], args[6])
  return redis.status_reply('OK')
end

-- KEYS lease states state.0 state.1 state.2  ARGV owner epoch which id pieces upto from keep
-- All pieces are there: from now on this is the newest state. The one before it stays, others go.
local function state_keep(keys, args)
  if not holds(keys[1], args[1], args[2]) then return redis.error_reply('FENCED the lease is another engine\'s') end
  local place = keys[3 + tonumber(args[3])]
  if redis.call('HGET', place, 'id') ~= args[4] or redis.call('HLEN', place) ~= tonumber(args[5]) + 1 then
    return redis.error_reply('FENCED the state is not whole')
  end
  local before = {}
  for _, line in ipairs(redis.call('LRANGE', keys[2], 0, -1)) do
    if #before == 0 and line:sub(1, 1) ~= args[3] then before[1] = line end
  end
  redis.call('DEL', keys[2])
  redis.call('RPUSH', keys[2], table.concat({args[3], args[4], args[5], args[6], args[7]}, ' '), unpack(before))
  keep({keys[2], place}, args[8])
  for which = 0, 2 do
    if which == (before[1] and tonumber(before[1]:sub(1, 1))) then
      keep({keys[3 + which]}, args[8])
    elseif which ~= tonumber(args[3]) then
      redis.call('UNLINK', keys[3 + which])
    end
  end
  return redis.status_reply('OK')
end

-- KEYS log lease  ARGV lines line at keep most
-- Adds a line to a log of the desks, behind as many as its writer knows of. at, when it is not
-- empty, is the event time from which a promoted set is in force: it must lie behind what the site
-- has been let to evaluate, so that nobody has passed it.
local function log_add(keys, args)
  local n = redis.call('LLEN', keys[1])
  if n ~= tonumber(args[1]) then return redis.error_reply('MOVED_ON ' .. n) end
  if n >= tonumber(args[5]) then return redis.error_reply('FULL the log takes no more lines') end
  local sealed = redis.call('HGET', keys[2], 'sealed') or ''
  if args[3] ~= '' and args[3] <= sealed then return redis.error_reply('PASSED ' .. sealed) end
  redis.call('RPUSH', keys[1], args[2])
  keep({keys[1]}, args[4])
  return n + 1
end

redis.register_function('rgs_shards', shards)
redis.register_function('rgs_log_add', log_add)
redis.register_function('rgs_append', append)
redis.register_function('rgs_engines', engines)
redis.register_function('rgs_leave', leave)
redis.register_function('rgs_lease', lease)
redis.register_function('rgs_release', release)
redis.register_function('rgs_seal', seal)
redis.register_function('rgs_aside', aside)
redis.register_function('rgs_commit', commit)
redis.register_function('rgs_state_put', state_put)
redis.register_function('rgs_state_keep', state_keep)
