function s = series(n)
  s = 0;
  for i = 1:n
    s += sin(i)*0.5/(1 + i^2);
  end
end
printf("%.9e\n", series(str2double(argv(){end})));
