function t = steps(m)
  t = 0;
  while m != 1
    if mod(m, 2) == 0
      m = m/2;
    else
      m = 3*m + 1;
    end
    t += 1;
  end
end
function total = repeated(n)
  total = 0;
  for k = 1:n
    for start = 1:100
      total += steps(start);
    end
  end
end
printf("%.9e\n", repeated(str2double(argv(){end})));
