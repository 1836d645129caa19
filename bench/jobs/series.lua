local sin = math.sin
local function series(n)
  local s = 0
  for i = 1, n do s = s + sin(i)*0.5/(1 + i^2) end
  return s
end
print(string.format("%.9e", series(tonumber(arg[1]))))
