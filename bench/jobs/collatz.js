function steps(m) {
  let t = 0;
  while (m !== 1) {
    m = m % 2 === 0 ? m/2 : 3*m + 1;
    t += 1;
  }
  return t;
}
function repeat(n) {
  let total = 0;
  for (let k = 0; k < n; k++)
    for (let start = 1; start <= 100; start++) total += steps(start);
  return total;
}
console.log(repeat(Number(process.argv[2])).toExponential(9));
