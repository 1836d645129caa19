function series(n) {
  let s = 0;
  for (let i = 1; i <= n; i++) s += Math.sin(i)*0.5/(1 + i**2);
  return s;
}
console.log(series(Number(process.argv[2])).toExponential(9));
