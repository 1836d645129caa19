[j, i] = meshgrid(1:500, 1:500);
A = sin(i + 2*j);
B = cos(2*i - j);
total = 0;
for k = 1:str2double(argv(){end})
  A(1, 1) = k;
  C = A*B;
  total += C(1, 1) + C(500, 500);
end
printf("%.9e\n", total);
