import sys
from math import sin


def series(n):
    s = 0
    for i in range(1, n + 1):
        s += sin(i)*0.5/(1 + i**2)
    return s


print(f"{series(int(sys.argv[1])):.9e}")
