rosenbrock <- function(x) {
  s <- 0
  for (i in 1:(length(x) - 1)) s <- s + 100*(x[i + 1] - x[i]^2)^2 + (1 - x[i])^2
  s
}
calls <- function(n) {
  x <- 0.1*(1:10)
  total <- 0
  for (k in 1:n) {
    x[1] <- 1e-6*k
    total <- total + rosenbrock(x)
  }
  total
}
cat(sprintf("%.9e\n", calls(as.numeric(commandArgs(TRUE)[1]))))
