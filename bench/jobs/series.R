series <- function(n) {
  s <- 0
  for (i in 1:n) s <- s + sin(i)*0.5/(1 + i^2)
  s
}
cat(sprintf("%.9e\n", series(as.numeric(commandArgs(TRUE)[1]))))
