local function rosenbrock(x)
  local s = 0
  for i = 1, #x - 1 do s = s + 100*(x[i + 1] - x[i]^2)^2 + (1 - x[i])^2 end
  return s
end
local function calls(n)
  local x, total = {}, 0
  for i = 1, 10 do x[i] = 0.1*i end
  for k = 1, n do
    x[1] = 1e-6*k
    total = total + rosenbrock(x)
  end
  return total
end
print(string.format("%.9e", calls(tonumber(arg[1]))))
