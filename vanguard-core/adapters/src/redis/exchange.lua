-- Takes one replica's batch, once, and tells what all have come to.
-- KEYS: the number of the replica's last batch, then a key for each counter. ARGV: the batch as JSON, seconds for which the number is kept.
local batch = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function whole(number) return string.format('%.0f', number) end

local seen = redis.call('GET', KEYS[1])
-- The replica has been here, and nobody knows: what was kept is lost.
if not seen and batch.number > 1 then return {{0}} end
local again = seen and tonumber(seen) >= batch.number
redis.call('SET', KEYS[1], whole(batch.number), 'EX', ARGV[2])

local all = {{1}}
for at, counter in ipairs(batch.counters) do
  local key, came = KEYS[at + 1], {}
  if counter.part > 0 then
    -- A ring of sixteen parts: 'which how-much' each.
    local newest, fields = math.floor(now / counter.part), {}
    for slot = 0, 15 do fields[slot + 1] = counter.lead .. '.' .. slot end
    local parts = {}
    for slot, value in ipairs(redis.call('HMGET', key, unpack(fields))) do
      local which, amount = string.match(value or '', '^(%d+) (%d+)$')
      parts[slot] = {tonumber(which or 0), tonumber(amount or 0)}
    end
    if not again then
      for _, added in ipairs(counter.added) do
        local which = newest - added[1]
        local slot = which % 16 + 1
        if added[1] < 16 and which >= parts[slot][1] then
          if which > parts[slot][1] then parts[slot] = {which, 0} end
          parts[slot][2] = parts[slot][2] + added[2]
          redis.call('HSET', key, fields[slot], whole(which) .. ' ' .. whole(parts[slot][2]))
        end
      end
    end
    for age = 0, 15 do
      local part = parts[(newest - age) % 16 + 1]
      if part[1] == newest - age and part[2] > 0 then
        came[#came + 1] = age
        came[#came + 1] = part[2]
      end
    end
  else
    local field = counter.lead .. '.full'
    local full = tonumber(redis.call('HGET', key, field) or 0)
    for _, added in ipairs(counter.added) do
      if not again then
        full = math.max(math.max(full, now - added[1]) + added[2] * counter.refill, math.max(full, now) + counter.debt)
        redis.call('HSET', key, field, whole(full))
      end
    end
    came = {0, math.max(0, full - now)}
  end
  if redis.call('PTTL', key) < counter.keep then redis.call('PEXPIRE', key, whole(counter.keep)) end
  all[#all + 1] = came
end
return all
