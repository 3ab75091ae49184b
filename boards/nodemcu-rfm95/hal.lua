--[[
HAL of the board nodemcu-rfm95: NodeMCU firmware 3.0 on an ESP8266, SX1276 (RFM95W) on the HSPI bus.

It defines the `hal_` functions that the firmware calls (firmware/hal/index.ts), on the modules gpio, spi, tmr,
file, uart and node of that firmware. For Lua 5.1 and 5.3 alike: no bit operators, no integer division.

The firmware is a program that waits; NodeMCU is a loop of callbacks. So the firmware runs as a coroutine: where
it waits it yields to the loop, and a callback resumes it. Callbacks never run while the firmware does.
]]
-- Wiring (README.md), by IO index; the same pins are in board.json.
local SELECT, RESET, DIO0, DIO1 = 8, 0, 1, 2
local HSPI = 1
local STORE = "device.eeprom"

-- EVENT_DIO0 and EVENT_DIO1 of the HAL.
local EVENT_DIO0, EVENT_DIO1 = 1, 2

-- Looking a name up in a module takes five times as long as a local (README.md), so they are looked up once.
local system_time, delay, ALARM_SINGLE = tmr.now, tmr.delay, tmr.ALARM_SINGLE
local write_pin, HIGH, LOW = gpio.write, gpio.HIGH, gpio.LOW
local send, transmit = spi.send, uart.write
local post, LOW_PRIORITY = node.task.post, node.task.LOW_PRIORITY
local yield, byte, char = coroutine.yield, string.byte, string.char

-- The firmware, once it has been started.
local firmware

local function proceed()
  local ok, message = coroutine.resume(firmware)
  if not ok then
    error(debug and debug.traceback(firmware, message) or message, 0)
  end
end

---- Time: microseconds. tmr.now() has 31 bits; the highest is ours. ----

local HALF, WHOLE = 2147483648, 4294967296
local latest, high = 0, 0

function hal_now()
  local time = system_time()
  if time < latest then
    high = HALF - high
  end
  latest = time
  return high + time
end

---- Radio events: rising edges of DIO0 and DIO1, which NodeMCU stamps in the interrupt ----

local events, event_time = 0, 0
local is_sleeping = false

local function wake()
  if is_sleeping then
    is_sleeping = false
    proceed()
  end
end

local function on_edge(event)
  return function(_, when)
    local now = hal_now()
    event_time = (now - (now - when) % HALF) % WHOLE
    if events % (2 * event) < event then
      events = events + event
    end
    wake()
  end
end

-- An edge reaches the callback through the loop only, so the loop gets a turn before the answer.
function hal_radio_events()
  post(LOW_PRIORITY, proceed)
  yield()
  local pending = events
  events = 0
  return pending
end

function hal_radio_event_time()
  return event_time
end

---- Sleep ----

-- Alarms are of whole milliseconds and may come late by one: the rest of a wait is spent in tmr.delay.
local SHORTEST_SLEEP_US = 3000
-- The highest bit of the time needs a look at the clock every half an hour.
local LONGEST_SLEEP_MS = 1000000
-- In a sleep as long as this there is time to collect garbage: that takes some ten milliseconds (README.md).
local IDLE_US = 100000
local alarm = tmr.create()

function hal_sleep_until(deadline)
  while events == 0 do
    local left = (deadline - hal_now()) % WHOLE
    if left == 0 or left >= HALF then
      return
    end
    if left < SHORTEST_SLEEP_US then
      delay(left)
    else
      if left >= IDLE_US then
        collectgarbage()
      end
      local ms = (left - left % 1000) / 1000 - 1
      alarm:alarm(ms < LONGEST_SLEEP_MS and ms or LONGEST_SLEEP_MS, ALARM_SINGLE, wake)
      is_sleeping = true
      yield()
      alarm:unregister()
    end
  end
end

-- The time goes on in that sleep already.
hal_rest_until = hal_sleep_until

---- Radio: SPI mode 0, most significant bit first, 80 MHz / 16 = 5 MHz (SX1276 2.5.6: at most 10 MHz) ----

-- The reset line is driven to this level or left floating: low, and high of an SX1272 (section 7.2.2 of either).
local RESET_LEVEL = LOW

function hal_radio_reset(asserted)
  if asserted then
    write_pin(RESET, RESET_LEVEL)
    gpio.mode(RESET, gpio.OUTPUT)
  else
    gpio.mode(RESET, gpio.INPUT)
  end
end

function hal_radio_select(selected)
  write_pin(SELECT, selected and LOW or HIGH)
end

function hal_radio_transfer(out)
  local _, received = send(HSPI, out)
  return received
end

---- Store: a file in the flash, as long as the store of the board ----

local store = file.open(STORE, "r+")
if not store then
  error(STORE .. " is not in the flash: provision the board first")
end

function hal_store_read(address)
  store:seek("set", address)
  return byte(store:read(1))
end

function hal_store_write(address, value)
  store:seek("set", address)
  store:write(char(value))
  store:flush()
end

---- Console: UART 0 ----

function hal_console_write(character)
  transmit(0, character)
end

---- Battery ----

-- The regulator hides the supply from the processor, so the level is unknown.
function hal_battery_level()
  return 255
end

---- Reset: only of programs with CERTIFICATION ----

hal_reset = node.restart

---- Start ----

-- Starts the firmware. Returns when it waits for the first time; callbacks carry it on.
function hal_start(main)
  if wifi then
    wifi.setmode(wifi.NULLMODE)
  end
  spi.setup(HSPI, spi.MASTER, spi.CPOL_LOW, spi.CPHA_LOW, 8, 16, spi.FULLDUPLEX)
  -- spi.setup takes pin 8 as its own select line, which it would toggle with every octet: it is ours.
  write_pin(SELECT, HIGH)
  gpio.mode(SELECT, gpio.OUTPUT)
  gpio.mode(RESET, gpio.INPUT)
  gpio.mode(DIO0, gpio.INT)
  gpio.mode(DIO1, gpio.INT)
  gpio.trig(DIO0, "up", on_edge(EVENT_DIO0))
  gpio.trig(DIO1, "up", on_edge(EVENT_DIO1))
  firmware = coroutine.create(main)
  proceed()
end
