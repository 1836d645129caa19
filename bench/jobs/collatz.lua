local function steps(start)
  local m, t = start, 0
  while m ~= 1 do
    if m % 2 == 0 then m = m/2 else m = 3*m + 1 end
    t = t + 1
  end
  return t
end
local total = 0
for k = 1, tonumber(arg[1]) do
  for start = 1, 100 do total = total + steps(start + 0.0) end
end
print(string.format("%.9e", total))
