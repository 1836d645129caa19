import sys


def steps(m):
    t = 0
    while m != 1:
        if m % 2 == 0:
            m = m/2
        else:
            m = 3*m + 1
        t += 1
    return t


def repeat(n):
    total = 0
    for _ in range(n):
        for start in range(1, 101):
            total += steps(float(start))
    return total


print(f"{repeat(int(sys.argv[1])):.9e}")
