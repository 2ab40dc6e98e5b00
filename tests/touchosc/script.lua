-- script.lua FILE - what a layout's script does in a tablet: starts, runs, sleeps, wakes.
-- Prints each message it sends as "milliseconds address argument ...".
-- SPDX-License-Identifier: GPL-3.0-or-later
local now = 0
local function say(...)
	local words = { ... }
	for i = 1, #words do
		words[i] = tostring(words[i])
	end
	print(now .. " " .. table.concat(words, " "))
end

local tablet = setmetatable({ sendOSC = say, getMillis = function() return now end }, { __index = _G })
local script = assert(loadfile(arg[1]))
setfenv(script, tablet)
script()
tablet.init()
for _ = 1, 600 do -- ten seconds of frames
	now = now + 1000 / 60
	tablet.update()
end
now = now + 60000 -- a minute in a pocket
tablet.update()

-- What a scene's state does to the label.
local label = { values = { text = "" } }
tablet.self = { findByName = function(_, name) return name == "scene now" and label or nil end }
for _, state in ipairs({ { "Verse", 2 }, { "Verse", 3 }, { "Other", 0 }, { "Verse", 0 } }) do
	tablet.onReceiveOSC({ "/rack/scene/state", { { value = state[1] }, { value = state[2] } } })
	print(now .. " label " .. label.values.text)
end
-- A rack that doesn't know the tablet: it confirms, and asks again.
now = now + 1000
tablet.onReceiveOSC({ "/rack/challenge", { { value = 123456789 } } })
tablet.update()
tablet.onReceiveOSC({ "/eq/gain", { { value = 1 } } })
