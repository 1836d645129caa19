function s = rosenbrock(x)
  s = 0;
  for i = 1:length(x) - 1
    s += 100*(x(i + 1) - x(i)^2)^2 + (1 - x(i))^2;
  end
end
function total = calls(n)
  x = 0.1*(1:10)';
  total = 0;
  for k = 1:n
    x(1) = 1e-6*k;
    total += rosenbrock(x);
  end
end
printf("%.9e\n", calls(str2double(argv(){end})));
