import sys


def rosenbrock(x):
    s = 0
    for i in range(len(x) - 1):
        s += 100*(x[i + 1] - x[i]**2)**2 + (1 - x[i])**2
    return s


def calls(n):
    x = [0.1*i for i in range(1, 11)]
    total = 0
    for k in range(1, n + 1):
        x[0] = 1e-6*k
        total += rosenbrock(x)
    return total


print(f"{calls(int(sys.argv[1])):.9e}")
