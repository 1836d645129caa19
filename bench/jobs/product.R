A <- outer(1:500, 1:500, function(i, j) sin(i + 2*j))
B <- outer(1:500, 1:500, function(i, j) cos(2*i - j))
total <- 0
for (k in 1:as.numeric(commandArgs(TRUE)[1])) {
  A[1, 1] <- k
  C <- A %*% B
  total <- total + C[1, 1] + C[500, 500]
}
cat(sprintf("%.9e\n", total))
