#!lua name=regsentry
-- SPDX-License-Identifier: GPL-3.0-or-later
-- What must happen in one piece, happens here. All keys of a call carry the same {shard}, so that
-- a call stays on one node of a cluster. Times are the server's own, in milliseconds.

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

-- KEYS obs probes  ARGV probe:session seq block keep oldest
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

-- KEYS lease  ARGV owner ttl_ms keep
-- Takes or renews. The epoch grows with every change of hands and never falls.
-- Gives {mine, epoch, ms until it runs out}.
local function lease(keys, args)
  local t, ttl = now_ms(), tonumber(args[2])
  local owner, till = redis.call('HGET', keys[1], 'owner'), field(keys[1], 'until')
  local epoch = field(keys[1], 'epoch')
  if owner and owner ~= args[1] and till > t then
    return {0, epoch, till - t}
  end
  if owner ~= args[1] then epoch = epoch + 1 end
  redis.call('HSET', keys[1], 'owner', args[1], 'epoch', epoch, 'until', t + ttl)
  keep(keys, args[3])
  return {1, epoch, ttl}
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

-- KEYS lease obs  ARGV owner epoch probe:session
-- The site goes on without a probe until it speaks again. This stands in the log like a block, so
-- that whoever replays the log decides the same at the same place.
local function silence(keys, args)
  if not holds(keys[1], args[1], args[2]) then return redis.error_reply('FENCED the lease is another engine\'s') end
  return redis.call("XADD", keys[2], "*", "silent", args[3])
end

-- KEYS lease position scores resellers alerts obs
-- ARGV owner epoch ttl_ms keep retention_ms  from to observations event_ts ruleset
--      alerts_before n_alerts {id typology level json}...  anew n_scores {id score json}...
--      n_gone {id}...
-- All of a batch or nothing of it: whoever lost the lease, or does not start where the last commit
-- ended, changes nothing.
local function commit(keys, args)
  if not holds(keys[1], args[1], args[2]) then return redis.error_reply('FENCED the lease is another engine\'s') end
  local position = redis.call('HGET', keys[2], 'id') or '0-0'
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
  redis.call('HSET', keys[2], 'id', args[7], 'observations', args[8], 'ts', args[9], 'ruleset',
    args[10], 'alerts', tonumber(args[11]) + n_alerts, 'epoch', args[2])
  local t = now_ms()
  redis.call('HSET', keys[1], 'until', t + tonumber(args[3]))
  local function before(ms) return string.format('%.0f', t - ms) end
  redis.call('XTRIM', keys[6], 'MINID', '~', before(tonumber(args[5])))
  redis.call('XTRIM', keys[5], 'MINID', '~', before(tonumber(args[4]) * 1000))
  keep(keys, args[4])
  return redis.status_reply('OK')
end

redis.register_function('rgs_append', append)
redis.register_function('rgs_lease', lease)
redis.register_function('rgs_release', release)
redis.register_function('rgs_silence', silence)
redis.register_function('rgs_commit', commit)
