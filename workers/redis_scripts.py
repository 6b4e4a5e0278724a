"""The atomic steps of the Redis registry, in Lua. Each reads the server's clock, so machines may disagree.

Keys (below a prefix): ``workers`` name → expiry; ``worker:NAME`` its last heartbeat; ``lease:SESSION`` a
session's place; and indexes from session to expiry: ``of-worker:``, ``of-owner:``, ``of-processor:``, ``of-room:``,
``light-of-worker:`` (those that wear nothing in a room).
Everything has an expiry of its own: what nobody renews disappears without a sweep.
"""

from .registry import LIGHT_PLACES

COMMON = """
local prefix, light = KEYS[1], LIGHT_PLACES
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function key(kind, name) return prefix .. kind .. ':' .. name end

local function alive(worker)
  local expiry = redis.call('ZSCORE', prefix .. 'workers', worker)
  return expiry and tonumber(expiry) > now
end

local function count(index)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
  return redis.call('ZCARD', index)
end

local function read_lease(session)
  local fields = redis.call('HMGET', key('lease', session), 'worker', 'epoch', 'owner', 'processor', 'phase',
                            'room')
  if not fields[1] then return nil end
  return {session = session, worker = fields[1], epoch = tonumber(fields[2]), owner = fields[3],
          processor = fields[4], phase = fields[5], room = fields[6] or ''}
end

local function indexes(lease)
  local found = {key('of-worker', lease.worker), key('of-owner', lease.owner), key('of-processor', lease.processor)}
  if lease.room and lease.room ~= '' then
    table.insert(found, key('of-room', lease.room))
    if lease.processor == '' then table.insert(found, key('light-of-worker', lease.worker)) end
  end
  return found
end

local function drop(lease)
  redis.call('DEL', key('lease', lease.session))
  for _, index in ipairs(indexes(lease)) do redis.call('ZREM', index, lease.session) end
end

local function write_lease(lease, milliseconds)
  local name = key('lease', lease.session)
  redis.call('HSET', name, 'worker', lease.worker, 'epoch', lease.epoch, 'owner', lease.owner,
             'processor', lease.processor, 'phase', lease.phase, 'room', lease.room or '')
  redis.call('PEXPIRE', name, milliseconds)
  for _, index in ipairs(indexes(lease)) do
    redis.call('ZADD', index, now + milliseconds, lease.session)
    if redis.call('PTTL', index) < milliseconds then redis.call('PEXPIRE', index, milliseconds + 1000) end
  end
end

local function seated(room)
  local found = {}
  for _, session in ipairs(redis.call('ZRANGE', key('of-room', room), 0, -1)) do
    local lease = read_lease(session)
    if lease and lease.room == room and alive(lease.worker) then table.insert(found, lease) end
  end
  return found
end

local function used(worker)
  return count(key('of-worker', worker)) - (1 - light) * count(key('light-of-worker', worker))
end

local function entries()
  redis.call('ZREMRANGEBYSCORE', prefix .. 'workers', '-inf', now)
  local found = {}
  for _, name in ipairs(redis.call('ZRANGE', prefix .. 'workers', 0, -1)) do
    local fields = redis.call('HMGET', key('worker', name), 'capacity', 'stress', 'draining', 'report')
    if fields[1] then
      table.insert(found, {name = name, capacity = tonumber(fields[1]), stress = tonumber(fields[2]),
                           draining = fields[3] == '1', used = used(name),
                           report = fields[4] or ''})
    end
  end
  return found
end
""".replace("LIGHT_PLACES", str(LIGHT_PLACES))

# ARGV: worker, capacity, stress, draining (0/1), ttl ms, leases and report as JSON → JSON list of superseded sessions
BEAT = (
    COMMON
    + """
local worker, ttl = ARGV[1], tonumber(ARGV[5])
redis.call('ZADD', prefix .. 'workers', now + ttl, worker)
redis.call('HSET', key('worker', worker), 'capacity', ARGV[2], 'stress', ARGV[3], 'draining', ARGV[4],
           'report', ARGV[7])
redis.call('PEXPIRE', key('worker', worker), ttl + 1000)

local superseded, listed = {}, {}
for _, lease in ipairs(cjson.decode(ARGV[6])) do
  local held = read_lease(lease.session)
  if held and held.worker ~= worker and held.epoch > lease.epoch and alive(held.worker) then
    table.insert(superseded, lease.session)
  else
    if held then drop(held) end
    lease.phase = 'live'
    write_lease(lease, ttl)
    listed[lease.session] = true
  end
end
for _, session in ipairs(redis.call('ZRANGE', key('of-worker', worker), 0, -1)) do
  local held = read_lease(session)
  if held and held.worker == worker and held.phase == 'live' and not listed[session] then drop(held) end
end
if #superseded == 0 then return '[]' end
return cjson.encode(superseded)
"""
)

# ARGV: worker
RETIRE = (
    COMMON
    + """
redis.call('ZREM', prefix .. 'workers', ARGV[1])
redis.call('DEL', key('worker', ARGV[1]))
for _, session in ipairs(redis.call('ZRANGE', key('of-worker', ARGV[1]), 0, -1)) do
  local held = read_lease(session)
  if held and held.worker == ARGV[1] then drop(held) end
end
redis.call('DEL', key('of-worker', ARGV[1]))
"""
)

WORKERS = (
    COMMON
    + """
local found = entries()
if #found == 0 then return '[]' end
return cjson.encode(found)
"""
)

# ARGV: session, owner, processor, session limit, sessions per owner, reservation ms, full stress, two dice,
# anew (0/1), room or '', seats of the room, takes over (0/1): the owner's other seats there are about to end
# → JSON {lease} or {refused}
PLACE = (
    COMMON
    + """
local session, owner, processor = ARGV[1], ARGV[2], ARGV[3]
local limit, owner_limit, reservation = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local full = tonumber(ARGV[7])

local function refuse(reason) return cjson.encode({refused = reason}) end
local function processor_full() return limit > 0 and count(key('of-processor', processor)) >= limit end
local function answer(lease)
  -- An epoch is above 2^31 and below 2^53: cjson would print it in powers of ten.
  lease.epoch = string.format('%.0f', lease.epoch)
  return cjson.encode({lease = lease})
end

local held = read_lease(session)
if held and alive(held.worker) and not (ARGV[10] == '1' and held.phase == 'reserved') then
  if held.processor ~= processor then
    if processor_full() then return refuse('busy') end
    local remaining = redis.call('PTTL', key('lease', session))
    drop(held)
    held.processor = processor
    write_lease(held, remaining)
  end
  return answer(held)
end
if held then drop(held) end

-- A room is where its first seat is. All its seats have place there; an overloaded worker takes no processor.
local room, home, seats, ending = ARGV[11], nil, 0, 0
if room ~= '' then
  for _, lease in ipairs(seated(room)) do
    home, seats = lease.worker, seats + 1
    if ARGV[13] == '1' and lease.owner == owner then ending = ending + 1 end
  end
end
if count(key('of-owner', owner)) - ending >= owner_limit then return refuse('session_limit') end
if processor_full() then return refuse('busy') end
if room ~= '' and seats - ending >= tonumber(ARGV[12]) then return refuse('room_full') end

local places = 1
if room ~= '' and processor == '' then places = light end
local someone, open = false, {}
for _, worker in ipairs(entries()) do
  if not worker.draining then
    someone = true
    local is_home = worker.name == home
    local fits = is_home or (not home and worker.used + places <= worker.capacity)
    if fits and (worker.stress < full or (is_home and places < 1)) then
      worker.pressure = math.max(worker.stress, worker.used / worker.capacity)
      table.insert(open, worker)
    end
  end
end
if not someone then return refuse('offline') end
if #open == 0 then return refuse('busy') end

local first = math.floor(tonumber(ARGV[8]) * #open) + 1
local chosen = table.remove(open, first)
if #open > 0 then
  local second = open[math.floor(tonumber(ARGV[9]) * #open) + 1]
  if second.pressure < chosen.pressure then chosen = second end
end
local lease = {session = session, worker = chosen.name, epoch = now, owner = owner, processor = processor,
               phase = 'reserved', room = room}
if held and held.epoch >= now then lease.epoch = held.epoch + 1 end
write_lease(lease, reservation)
return answer(lease)
"""
)

# ARGV: session, epoch or '', reason, remembered ms → 1, or 0 when another epoch holds it
RELEASE = (
    COMMON
    + """
local held = read_lease(ARGV[1])
if held and ARGV[2] ~= '' and held.epoch ~= tonumber(ARGV[2]) then return 0 end
if held then drop(held) end
if ARGV[3] ~= '' then redis.call('SET', key('ended', ARGV[1]), ARGV[3], 'PX', ARGV[4]) end
return 1
"""
)

# ARGV: sessions → JSON list of leases on living workers
LEASES = (
    COMMON
    + """
local found = {}
for _, session in ipairs(ARGV) do
  local held = read_lease(session)
  if held and alive(held.worker) then
    held.epoch = string.format('%.0f', held.epoch)
    table.insert(found, held)
  end
end
if #found == 0 then return '[]' end
return cjson.encode(found)
"""
)

# ARGV: processor
COUNT = COMMON + "return count(key('of-processor', ARGV[1]))"

# ARGV: room → JSON list of leases
SEATS = (
    COMMON
    + """
local found = seated(ARGV[1])
for _, lease in ipairs(found) do lease.epoch = string.format('%.0f', lease.epoch) end
if #found == 0 then return '[]' end
return cjson.encode(found)
"""
)

# ARGV: rooms → how many sit in each
PEOPLE = (
    COMMON
    + """
local counts = {}
for _, room in ipairs(ARGV) do table.insert(counts, #seated(room)) end
return counts
"""
)
