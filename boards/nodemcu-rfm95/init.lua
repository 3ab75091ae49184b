-- Starts the firmware at power-up: modules of the Lua Flash Store where it has them, else files.
local function load(name)
  local module = node.LFS and node.LFS.get(name)
  if module then
    return module()
  end
  return dofile(name .. ".lua")
end

-- Garbage is collected while the firmware sleeps (hal.lua), and by NodeMCU itself where memory would run out: left
-- alone it collects before every allocation, also where a receive window is near.
if node.egc then
  node.egc.setmode(node.egc.ON_ALLOC_FAILURE)
end
collectgarbage("stop")
load("hal")
joinery = load("joinery")
collectgarbage()
hal_start(joinery.main)
