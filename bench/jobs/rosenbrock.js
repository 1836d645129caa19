function rosenbrock(x) {
  let s = 0;
  for (let i = 0; i < x.length - 1; i++) s += 100*(x[i + 1] - x[i]**2)**2 + (1 - x[i])**2;
  return s;
}
function calls(n) {
  const x = [];
  for (let i = 1; i <= 10; i++) x.push(0.1*i);
  let total = 0;
  for (let k = 1; k <= n; k++) {
    x[0] = 1e-6*k;
    total += rosenbrock(x);
  }
  return total;
}
console.log(calls(Number(process.argv[2])).toExponential(9));
