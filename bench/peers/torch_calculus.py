"""torch_calculus - the functions of ../calculus.c in PyTorch, in its own best style: vectors, one thread.

Prints lines as calculus.c does. vectorized-hessian is the same call with vectorize=True, which PyTorch
calls experimental.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import math
import time
import warnings

import torch

ROUNDS, BATCH_SECONDS = 15, 5e-3


def measure(what, form, n, work):
    """Best of ROUNDS batches; nothing counts before the batch is long enough, which warms it up."""
    batch, rounds, best = 1, -1, math.inf
    while rounds < ROUNDS:
        start = time.process_time()
        for _ in range(batch):
            work()
        spent = time.process_time() - start
        if rounds < 0 and spent < BATCH_SECONDS:
            batch *= 2
            continue
        rounds += 1
        best = min(best, spent/batch)
    print(f"{what} {form} {n} {best:.4e}")


def point(n):
    return torch.tensor([0.1*((i + 1) % 10) for i in range(n)], dtype=torch.float64)


def value_of(f, p):
    with torch.inference_mode():
        return f(p)


def gradient_of(f, p):
    return torch.autograd.grad(f(p), p)[0]


def measure_form(form, f, p, wants_hessian):
    n = len(p)
    active = p.clone().requires_grad_()
    for slope in gradient_of(f, active).tolist():
        print(f"slope {form} {n} {slope!r}")
    measure("value", form, n, lambda: value_of(f, p))
    measure("gradient", form, n, lambda: gradient_of(f, active))
    if not wants_hessian:
        return
    hessian = torch.autograd.functional.hessian
    measure("hessian", form, n, lambda: hessian(f, p))
    measure("vectorized-hessian", form, n, lambda: hessian(f, p, vectorize=True))


def rosenbrock(x):
    return (100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2).sum()


def logistic():
    k = torch.arange(1, 10001, dtype=torch.float64)
    data = torch.sin(k**2).reshape(10, 1000).T.contiguous()
    y = torch.where(torch.cos(3*k[:1000]**2) > 0, 1.0, -1.0).double()
    return lambda w: torch.nn.functional.softplus(-y*(data @ w)).sum()


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for n in (2, 5, 10, 30, 100, 300, 1000):
        measure_form("loop", rosenbrock, point(n), n <= 100)
    measure_form("logistic", logistic(), point(10), False)


if __name__ == "__main__":
    main()
