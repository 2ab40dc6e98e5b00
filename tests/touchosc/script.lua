-- script.lua FILE - what a layout's script does in a tablet: starts, runs, sleeps, wakes.
-- Prints each message it sends as "milliseconds address argument ...".
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
