steps <- function(m) {
  t <- 0
  while (m != 1) {
    if (m %% 2 == 0) m <- m/2 else m <- 3*m + 1
    t <- t + 1
  }
  t
}
repeated <- function(n) {
  total <- 0
  for (k in 1:n) for (start in 1:100) total <- total + steps(as.numeric(start))
  total
}
cat(sprintf("%.9e\n", repeated(as.numeric(commandArgs(TRUE)[1]))))
