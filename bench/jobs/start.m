disp(1 + 1)
