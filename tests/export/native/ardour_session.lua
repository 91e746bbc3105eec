-- A session of one track with a plugin, saved in a folder that does not exist yet.
--   FOLDER CHANNELS PLUGIN-ID LV2|VST3 [NAME=VALUE] [NAME@FRAME=VALUE] …
-- NAME=VALUE sets a parameter, NAME@FRAME=VALUE is a point of its automation. Ardour keeps points in ticks: at 48 kHz and
-- 120 beats a minute every 25th frame is one.
local folder, channels, id, kind = arg[1], tonumber(arg[2]), arg[3], arg[4]
AudioEngine:set_backend("None (Dummy)", "ardour", "")
assert(create_session(folder, "session", 48000))
local tracks = Session:new_audio_track(channels, channels, nil, 1, "track", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local track = tracks:front()
local processor = ARDOUR.LuaAPI.new_plugin(Session, id, ARDOUR.PluginType[kind], "")
assert(not processor:isnil(), "there is no plugin " .. id)
assert(track:add_processor_by_index(processor, 0, nil, true) == 0, "the track does not take it")
local plugin, numbers = processor:to_insert():plugin(0), {}
for i = 0, plugin:parameter_count() - 1 do
  if plugin:parameter_is_control(i) and plugin:parameter_is_input(i) then
    numbers[plugin:parameter_label(i)] = i
  end
end

local function control_of(name)
  assert(numbers[name], "there is no parameter " .. name)
  local parameter = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, numbers[name])
  return processor:to_automatable():automation_control(parameter, true)
end

local lines = {}
for i = 5, #arg do
  local name, frame, value = arg[i]:match("^(.-)@?(%d*)=(.*)$")
  local control = control_of(name)
  if frame == "" then
    control:set_value(tonumber(value), PBD.GroupControlDisposition.NoGroup)
  else
    control:alist():add(Temporal.timepos_t(tonumber(frame)), tonumber(value), false, false)
    lines[name] = control
  end
end
for _, control in pairs(lines) do
  control:set_automation_state(ARDOUR.AutoState.Play)
end
-- Parameters reach a plugin with the audio, which runs meanwhile.
sleep(0.5)
Session:save_state("")
-- As in ardour_export.lua: closing may crash, and nothing is open any more.
print("finished")
io.flush()
os.execute("kill -KILL " .. io.open("/proc/self/stat"):read("n"))
