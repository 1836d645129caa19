#!/usr/bin/env python3
"""test_methods.py - the methods of stdlib/methods.mml against their update rules, written out again here.

A few steps of each, from the same start with the same options, must agree to 1e-12 in every coordinate
of the path; gradients and Hessians are typed in by hand, so nothing of mml is used on this side.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import math
import subprocess
import sys

TOLERANCE = 1e-12
OBJECTIVE = "(p[1] - 1)^2 + 10(p[2] - p[1]^2)^2 + p[1]*p[2]"
START = (0.5, -1.0)


def f(p):
    x, y = p
    return (x - 1)**2 + 10*(y - x*x)**2 + x*y


def gradient(p):
    x, y = p
    return [2*(x - 1) - 40*x*(y - x*x) + y, 20*(y - x*x) + x]


def hessian(p):
    x, y = p
    return [[2 - 40*(y - x*x) + 80*x*x, -40*x + 1], [-40*x + 1, 20.0]]


def plus(p, t, q):
    return [a + t*b for a, b in zip(p, q)]


def dot(p, q):
    return sum(a*b for a, b in zip(p, q))


def solve(h, g):
    (a, b), (c, d) = h
    return [(d*g[0] - b*g[1])/(a*d - b*c), (a*g[1] - c*g[0])/(a*d - b*c)]


def gd(steps, eta):
    path = [list(START)]
    for _ in range(steps):
        path.append(plus(path[-1], -eta, gradient(path[-1])))
    return path


def momentum(steps, eta, beta):
    path, v = [list(START)], [0, 0]
    for _ in range(steps):
        v = plus(gradient(path[-1]), beta, v)
        path.append(plus(path[-1], -eta, v))
    return path


def nesterov(steps, eta, beta):
    """In its first form: y = x + beta (x - the point before), then a gradient step from y."""
    path, before = [list(START)], list(START)
    for _ in range(steps):
        x = path[-1]
        y = [a + beta*(a - b) for a, b in zip(x, before)]
        before = x
        path.append(plus(y, -eta, gradient(y)))
    return path


def adagrad(steps, eta, eps):
    path, s = [list(START)], [0, 0]
    for _ in range(steps):
        g = gradient(path[-1])
        s = [a + b*b for a, b in zip(s, g)]
        path.append([x - eta*b/(math.sqrt(a) + eps) for x, a, b in zip(path[-1], s, g)])
    return path


def rmsprop(steps, eta, beta, eps):
    path, s = [list(START)], [0, 0]
    for _ in range(steps):
        g = gradient(path[-1])
        s = [beta*a + (1 - beta)*b*b for a, b in zip(s, g)]
        path.append([x - eta*b/(math.sqrt(a) + eps) for x, a, b in zip(path[-1], s, g)])
    return path


def adam(steps, eta, beta, beta2, eps):
    path, m, v = [list(START)], [0, 0], [0, 0]
    for k in range(1, steps + 1):
        g = gradient(path[-1])
        m = [beta*a + (1 - beta)*b for a, b in zip(m, g)]
        v = [beta2*a + (1 - beta2)*b*b for a, b in zip(v, g)]
        path.append([x - eta*(a/(1 - beta**k))/(math.sqrt(b/(1 - beta2**k)) + eps)
                     for x, a, b in zip(path[-1], m, v)])
    return path


def newton(steps, eta):
    path = [list(START)]
    for _ in range(steps):
        path.append(plus(path[-1], -eta, solve(hessian(path[-1]), gradient(path[-1]))))
    return path


def damped_newton(steps):
    path = [[-2.0, 3.9]]
    for _ in range(steps):
        x, g = path[-1], gradient(path[-1])
        p = [-a for a in solve(hessian(x), g)]
        if dot(g, p) > 0:
            p = [-a for a in g]
        t = 1
        while not f(plus(x, t, p)) <= f(x) + 1e-4*t*dot(g, p):
            t /= 2
        path.append(plus(x, t, p))
    return path


def wolfe(x, p, t):
    low, high, slope = 0, math.inf, dot(gradient(x), p)
    while True:
        if not f(plus(x, t, p)) <= f(x) + 1e-4*t*slope:
            high = t
        elif dot(gradient(plus(x, t, p)), p) < 0.9*slope:
            low = t
        else:
            return t
        t = 2*t if high == math.inf else (low + high)/2


def bfgs(steps):
    """The update in its expanded form, not as the product that mml writes."""
    path, h = [list(START)], [[1, 0], [0, 1]]
    for k in range(steps):
        x, g = path[-1], gradient(path[-1])
        p = [-dot(row, g) for row in h]
        t = wolfe(x, p, 1 if k else min(1, 1/math.hypot(*g)))
        s = [t*a for a in p]
        path.append(plus(x, 1, s))
        y = plus(gradient(path[-1]), -1, g)
        sy, hy = dot(s, y), [dot(row, y) for row in h]
        h = [[h[i][j] + (sy + dot(y, hy))*s[i]*s[j]/sy**2 - (hy[i]*s[j] + s[i]*hy[j])/sy
              for j in range(2)] for i in range(2)]
    return path


def lbfgs(steps, memory):
    """The inverse Hessian formed anew from the pairs, not by the two loops."""
    path, pairs = [list(START)], []
    for k in range(steps):
        x, g = path[-1], gradient(path[-1])
        scale = dot(*pairs[-1])/dot(pairs[-1][1], pairs[-1][1]) if pairs else 1
        h = [[scale, 0], [0, scale]]
        for s, y in pairs[-memory:]:
            sy, hy = dot(s, y), [dot(row, y) for row in h]
            h = [[h[i][j] + (sy + dot(y, hy))*s[i]*s[j]/sy**2 - (hy[i]*s[j] + s[i]*hy[j])/sy
                  for j in range(2)] for i in range(2)]
        p = [-dot(row, g) for row in h]
        t = wolfe(x, p, 1 if k else min(1, 1/math.hypot(*g)))
        path.append(plus(x, t, p))
        pairs.append(([t*a for a in p], plus(gradient(path[-1]), -1, g)))
    return path


def projected_ball(steps, eta):
    path = [list(START)]
    path[0] = [a/max(1, math.hypot(*START)) for a in START]
    for _ in range(steps):
        x = plus(path[-1], -eta, gradient(path[-1]))
        path.append([a/max(1, math.hypot(*x)) for a in x])
    return path


def projected_box(steps, eta):
    path = [[min(max(a, -0.2), 0.7) for a in START]]
    for _ in range(steps):
        x = plus(path[-1], -eta, gradient(path[-1]))
        path.append([min(max(a, -0.2), 0.7) for a in x])
    return path


def proximal(steps, eta, weight):
    """f with weight*norm(p, 1) added; the start has no coordinate 0."""
    path = [list(START)]
    for _ in range(steps):
        z = plus(path[-1], -eta, gradient(path[-1]))
        path.append([math.copysign(max(abs(a) - eta*weight, 0), a) for a in z])
    return path


def penalty(steps, rho, factor):
    """x'x under x + y == 1: the minimiser of each round is rho/(2 + 2 rho) (1, 1)."""
    return [[0.0, 0.0]] + [[rho*factor**k/(2 + 2*rho*factor**k)]*2 for k in range(steps)]


def coordinate(steps):
    """On x^2 + x y + y^2 - x: the line's minimum is known."""
    x, y, path = 4.0, 3.0, [[4.0, 3.0]]
    for k in range(steps):
        if k % 2 == 0:
            x = (1 - y)/2
        else:
            y = -x/2
        path.append([x, y])
    return path


def line(points, order, eta):
    """Gradient descent for mean (w - c)^2 over one term a step."""
    path = [0.0]
    for i in order:
        path.append(path[-1] - eta*2*(path[-1] - points[i]))
    return [[w] for w in path]


ROSEN = f"minimize {OBJECTIVE} over p in R^2 from [0.5, -1]"

CASES = [
    (f"{ROSEN} using gd(eta = 0.01, steps = 6)", gd(6, 0.01)),
    (f"{ROSEN} using momentum(eta = 0.01, beta = 0.8, steps = 6)", momentum(6, 0.01, 0.8)),
    (f"{ROSEN} using nesterov(eta = 0.01, beta = 0.8, steps = 6)", nesterov(6, 0.01, 0.8)),
    (f"{ROSEN} using adagrad(eta = 0.3, eps = 1e-3, steps = 6)", adagrad(6, 0.3, 1e-3)),
    (f"{ROSEN} using rmsprop(eta = 0.05, beta = 0.7, steps = 6)", rmsprop(6, 0.05, 0.7, 1e-8)),
    (f"{ROSEN} using adam(eta = 0.1, steps = 6)", adam(6, 0.1, 0.9, 0.999, 1e-8)),
    (f"{ROSEN} using adam(eta = 0.1, beta = 0.5, beta2 = 0.8, eps = 0.1, steps = 6)",
     adam(6, 0.1, 0.5, 0.8, 0.1)),
    (f"{ROSEN} using newton(steps = 4)", newton(4, 1)),
    (f"{ROSEN} using newton(eta = 0.5, steps = 6)", newton(6, 0.5)),
    (f"minimize {OBJECTIVE} over p in R^2 from [-2, 3.9] using newton(damped = true, steps = 5)",
     damped_newton(5)),
    (f"{ROSEN} using bfgs(steps = 6)", bfgs(6)),
    (f"{ROSEN} using lbfgs(memory = 2, steps = 6)", lbfgs(6, 2)),
    (f"{ROSEN} s.t. norm(p)^2 <= 1 using projected(eta = 0.02, steps = 5)",
     [list(START)] + projected_ball(5, 0.02)),
    (f"{ROSEN} s.t. norm(p)^2 <= 1 using projected(eta = 0.02, steps = 5, project = project_ball)",
     [list(START)] + projected_ball(5, 0.02)),
    (f"{ROSEN} s.t. -0.2 <= p[1] <= 0.7, -0.2 <= p[2] <= 0.7 using projected(eta = 0.02, steps = 5)",
     [list(START)] + projected_box(5, 0.02)),
    (f"minimize {OBJECTIVE} + 0.5norm(p, 1) over p in R^2 from [0.5, -1] "
     "using proximal(lambda = 0.5, eta = 0.02, steps = 6)", proximal(6, 0.02, 0.5)),
    ("minimize norm(p)^2 over p in R^2 from [0, 0] s.t. p[1] + p[2] == 1 "
     "using penalty(rho = 3, factor = 4, steps = 4)", penalty(4, 3, 4)),
    ("minimize p[1]^2 + p[1]*p[2] + p[2]^2 - p[1] over p in R^2 from [4, 3] using coordinate(steps = 6)",
     coordinate(6)),
]


def printed_paths(mml):
    lines = []
    for number, (statement, path) in enumerate(CASES):
        lines += [f"m{number} = {statement};",
                  f"for k in 1:{len(path)}",
                  f'  print("R {number} {{m{number}.trace.p_1[k]:.17g}} {{m{number}.trace.p_2[k]:.17g}}")',
                  "end"]
    result = subprocess.run([mml, "-"], input="\n".join(lines), capture_output=True, text=True, timeout=300)
    if result.returncode:
        sys.exit(result.stderr)
    found = [[] for _ in CASES]
    for row in (line.split() for line in result.stdout.splitlines() if line.startswith("R ")):
        found[int(row[1])].append([float(row[2]), float(row[3])])
    return found


def far(p, q):
    return max(abs(a - b)/max(1, abs(b)) for a, b in zip(p, q)) > TOLERANCE


def sampled(mml):
    """Stochastic steps: one of the orders of the terms must explain the path."""
    points = [1, 5, -2]
    text = ("x = [1, 5, -2]; m = minimize mean((w - c)^2 for c in x) over w from 0 "
            "using sgd(eta = 0.1, steps = 6);\n"
            'for k in 1:7; print("{m.trace.w[k]:.17g}"); end')
    out = subprocess.run([mml, "-"], input=text, capture_output=True, text=True, timeout=60).stdout.split()
    path = [[float(w)] for w in out]
    orders = [(a, b, 3 - a - b) for a in range(3) for b in range(3) if a != b]
    return any(not any(far(p, q) for p, q in zip(path, line(points, one + two, 0.1)))
               for one in orders for two in orders if len(path) == 7)


def main():
    mml = sys.argv[1]
    failures = 0
    for (statement, path), found in zip(CASES, printed_paths(mml)):
        wrong = [k for k, (p, q) in enumerate(zip(found, path)) if far(p, q)]
        if len(found) != len(path) or wrong:
            failures += 1
            print(f"{statement}\n  mml {found}\n  expected {path}")
    if not sampled(mml):
        failures += 1
        print("sgd: no order of the terms gives its path")
    print(f"{len(CASES) + 1 - failures} of {len(CASES) + 1} methods as written out here")
    sys.exit(1 if failures else 0)


main()
