/* test_refusals.c - what the parser says to text it does not take, and what it offers instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "syntax/parser.h"

/* Source, message, and up to three things to type instead. */
static const struct {
  const char *source, *message, *advice[REPORT_ADVICE];
} refusals[] = {
    {"x ** 2", "the power is written ^", {"x^2"}},
    {"a % b",
     "% is not an operator: the remainder is mod, and a comment starts with #",
     {"mod(a, b)"}},
    {"a < b && c > d", "&& is written and", {"a < b and c > d"}},
    {"a || b", "|| is written or, and a norm ‖x‖ or norm(x)", {"a or b", "norm(b)"}},
    {"x := 3", "a definition is written =", {"x = 3"}},
    {"x <- 3",
     "<- may be an assignment or a comparison with a negative number",
     {"x = 3", "x < -3"}},
    {"x<-3", "<- may be an assignment or a comparison with a negative number", {"x = 3", "x < -3"}},
    {"x++", "++ is not an operator", {"x += 1"}},
    {"x++ + 2", "++ is not an operator", {"x += 1"}},
    {"a ++ b", "++ is not an operator", {"a + b"}},
    {"--x", "-- is not an operator", {"-(-x)", "x -= 1"}},
    {"4--2", "-- is not an operator", {"4 - (-2)"}},
    {"n!!", "!! may be a factorial of a factorial or a double factorial", {"(n!)!"}},
    {"a // b",
     "// is not an operator: write floor of a quotient; a comment starts with #",
     {"floor(a/b)"}},
    {"x ~= y", "\"not equal\" is written !=", {"x != y"}},
    {"!x", "! is the factorial and stands behind a value", {"not x"}},
    {"if !ok then 1 else 2", "! is the factorial and stands behind a value", {"not ok"}},
    {"'string'",
     "' is the transpose or the derivative and needs a value before it",
     {"\"string\"  (a string)"}},
    {"print('hello')",
     "' is the transpose or the derivative and needs a value before it",
     {"\"hello\"  (a string)"}},
    {"|x - y|",
     "| is not an operator: write abs, norm or det for bars, or for the logical sign",
     {"abs(x - y)", "norm(x - y)", "det(x - y)"}},
    {"|x|",
     "| is not an operator: write abs, norm or det for bars, or for the logical sign",
     {"abs(x)", "norm(x)", "det(x)"}},
    {"||x||", "|| is written or, and a norm ‖x‖ or norm(x)", {"abs(x)", "norm(x)", "det(x)"}},
    {"c ? a : b", "a choice is written if … then … else", {"if c then a else b"}},
    {"x > 0 ? 1 : -1", "a choice is written if … then … else", {"if x > 0 then 1 else -1"}},
    {"f (x)", "a space before ( may be a call or a product", {"f(x)", "f*(x)"}},
    {"A '", "' stands tight behind its value", {"A'"}},
    {"n !", "! stands tight behind its value", {"n!"}},
    {"2 x", "two values stand side by side without an operator", {"2*x"}},
    {"a b", "two values stand side by side without an operator", {"a*b", "a(b)"}},
    {"x y z", "two values stand side by side without an operator", {"x*y", "x(y)"}},
    {"1/2x", "a product without a sign behind / may be read in two ways", {"1/(2x)", "1/2*x"}},
    {"1/-2x", "a product without a sign behind / may be read in two ways", {"1/(-2x)", "1/-2*x"}},
    {"e^2x", "a product glued to an exponent may be read in two ways", {"e^(2x)", "e^2*x"}},
    {"x^2(y+1)",
     "a product glued to an exponent may be read in two ways",
     {"x(y+1)^2", "x^(2(y+1))", "x^2*(y+1)"}},
    {"sin^2(x)",
     "a product glued to an exponent may be read in two ways",
     {"sin(x)^2", "sin^(2(x))", "sin^2*(x)"}},
    {"sin²(x)",
     "a product glued to an exponent may be read in two ways",
     {"sin(x)^2", "sin^2*(x)"}},
    {"x²y", "a product glued to an exponent may be read in two ways", {"x^2*y"}},
    {"√2x", "√ before a product may be read in two ways", {"√(2x)", "√2*x"}},
    {"√x^2", "√ before a power may be read in two ways", {"√(x^2)", "(√x)^2"}},
    {"√x²", "√ before a power may be read in two ways", {"√(x²)", "(√x)²"}},
    {"A^2'", "' behind a number may belong to all that is before it", {"(A^2)'", "A'^2"}},
    {"x.^2'", "' behind a number may belong to all that is before it", {"(x.^2)'", "x'.^2"}},
    {"1:3'", "' behind a number may belong to all that is before it", {"(1:3)'"}},
    {"2'", "' behind a number: a number has no transpose and no derivative", {NULL}},
    {"∇f'",
     "' after ∇ may be a derivative under ∇ or the transpose of the gradient",
     {"(∇f)'", "∇(f')"}},
    {"2 \\ A", "\\ solves a system, and a number stands before it", {"A/2"}},
    {"[[1, 2], [3, 4]]",
     "bracket literals side by side may be the rows or the columns of a matrix",
     {"[1, 2; 3, 4]  (rows)", "[1, 2; 3, 4]'  (columns)"}},
    {"x = 3,14",
     "one value is expected, and a comma follows it",
     {"3.14  (the point stands in a number)", "(3, 14)"}},
    {"3,14", "a comma separates two values; the point stands in a number", {"3.14", "(3, 14)"}},
    {"[1 - 2]", "- between spaces may be one element or separate two", {"[1, -2]", "[1-2]"}},
    {"[a -b]", "- between spaces may be one element or separate two", {"[a, -b]", "[a - b]"}},
    {"[f (x)]", "a space before ( may separate two elements or not", {"[f(x)]", "[f, (x)]"}},
    {"[A [1]]", "a space before [ may separate two elements or not", {"[A[1]]", "[A, [1]]"}},
    {"[a - b c]", "this row has spaces around - and between its elements", {"[a - b, c]"}},
    {"f(0) = 1",
     "a parameter is a name; a position is written with [ ], a special case with { }",
     {"f[0] = 1", "f(n) = {1 if n == 0; … otherwise}", "f(0) == 1"}},
    {"x(i+1) = 3",
     "a parameter is a name; a position is written with [ ], a special case with { }",
     {"x[i+1] = 3", "x(n) = {3 if n == i+1; … otherwise}", "x(i+1) == 3"}},
    {"A(1,2) = 5",
     "a parameter is a name; a position is written with [ ], a special case with { }",
     {"A[1,2] = 5", "A(1,2) == 5"}},
    {"y' = -y",
     "a derivative is not assigned; a differential equation is solved by ode",
     {"ode((t, y) -> -y, 1, 0:0.1:10)  (y is 1 at 0)"}},
    {"(Q, R) = qr(A)", "several names are assigned without brackets", {"Q, R = qr(A)"}},
    {"[Q, R] = qr(A)", "several names are assigned without brackets", {"Q, R = qr(A)"}},
    {"if x = 3 then 1 else 2",
     "= defines or assigns a name, and here a value is read: use == to compare",
     {"x == 3"}},
    {"x + 1 = 3",
     "= assigns only to names, positions and fields: use == to compare",
     {"x + 1 == 3"}},
    {"x = y = 3",
     "= defines or assigns a name, and here a value is read: use == to compare",
     {"y == 3"}},
    {"2i^2", "a power of 2i may be read in two ways", {"(2i)^2", "2*i^2"}},
    {"for i = 1:3", "a loop goes over its values with in", {"for i in 1:3"}},
    {"for (i in 1:3)", "the head of a loop takes no parentheses", {"for i in 1:3"}},
    {"else if", "else closes nothing", {NULL}},
    {"if a; b\nelse if c; d; end", "else if is one word", {"elseif"}},
    {"elif x", "elif is written elseif", {"elseif"}},
    {"if c then x = 1 end",
     "behind if … then on one line stands a value, and this is an assignment",
     {"if c; x = 1; end"}},
    {"if c then x end",
     "this if … then on one line is a value and has no else",
     {"if c then x else …", "if c; x; end"}},
    {"+ 3", "a statement does not begin with +", {"3"}},
    {"* 3", "a statement does not begin with *", {NULL}},
    {"x\n  -3", "this line may go on with the line before it or stand alone", {NULL}},
    {"minimize f(x)", "minimize needs over and a name on the same line", {"minimize f(x) over x"}},
    {"minimize x^2 for x",
     "minimize needs over and a name on the same line",
     {"minimize x^2 over x"}},
    {"argmin t[1]^2 + t[3]^2",
     "argmin needs over and a name on the same line",
     {"argmin t[1]^2 + t[3]^2 over t in R^3"}},
    {"argmin u^2 + w^2",
     "argmin needs over and a name on the same line",
     {"argmin u^2 + w^2 over u, w"}},
    {"argmin sum((i - u)^2 for i in 1:3)",
     "argmin needs over and a name on the same line",
     {"argmin sum((i - u)^2 for i in 1:3) over u"}},
    {"argmin(x^2) s.t. x >= 1, x <= 2",
     "argmin needs over and a name on the same line",
     {"argmin (x^2) over x s.t. x >= 1, x <= 2"}},
    {"x = 1; y = 1; fit y ~ a*x",
     "fit needs over and a name on the same line",
     {"fit y ~ a*x over a"}},
    {"minimize x^2 + y^2 over (x, y) from 1, 2",
     "behind over stands a name, or several with commas between them, and no brackets",
     {"minimize x^2 + y^2 over x, y from 1, 2"}},
    {"argmin x^2 subject to x >= 1 over x from 3",
     "over and its names stand right behind the formula, the other clauses behind them",
     {"argmin x^2 over x s.t. x >= 1 from 3"}},
    {"arg min x^2 over x", "this form is spelled argmin, not arg min", {"argmin x^2 over x"}},
    {"argmin f(x) over x in R^2 from 1 2",
     "a comma separates the entries of a vector",
     {"from [1, 2]"}},
    {"argmin f(x) over x y", "a comma separates names", {"over x, y"}},
    {"argmin f(x) over x and y", "a comma separates names", {"x, y"}},
    {"argmin f(x) over x s.t. x[1] >= 1, x[2] >= 2 x[1] <= 5",
     "a comma separates constraints",
     {"s.t. x[1] >= 1, x[2] >= 2, x[1] <= 5"}},
    {"argmin f(x) over x s.t. 2 x >= 1",
     "two values stand side by side without an operator",
     {"2*x"}},
    {"argmin f(x) over x, s.t. x >= 1", "no comma stands before s.t.", {"x s.t. x >= 1"}},
    {"argmin f(x) over x s.t. x >= 1, from 2", "no comma stands before from", {"1 from 2"}},
    {"argmin f(x) over x > 1", "a constraint stands behind s.t.", {"s.t. x >= 1"}},
    {"argmin f(x) over x: x >= 1", "a constraint stands behind s.t.", {"s.t. x >= 1"}},
    {"argmin f(x) over x using gd, eta = 0.1",
     "the options of a method stand in ( ) behind its name",
     {"using gd(eta = 0.1)"}},
    {"argmin f(x) over x steps = 10",
     "the options of a method stand in ( ) behind its name",
     {"using gd(steps = 10)"}},
    {"argmin f(x) over x s.t x >= 1",
     "the clauses of a form are over, from, s.t. and using",
     {"s.t. x >= 1"}},
    {"argmin f(x) over x with x >= 1",
     "the clauses of a form are over, from, s.t. and using",
     {"s.t. x >= 1"}},
    {"argmin f(x) over x starting at 3",
     "the clauses of a form are over, from, s.t. and using",
     {"from 3"}},
    {"2 + argmin f(x) over x",
     "a clause form inside an expression needs its own parentheses",
     {"(argmin f(x) over x)"}},
    {"f(argmin f(x) over x)",
     "a clause form among arguments needs its own parentheses here",
     {"(argmin f(x) over x)"}},
    {"minimize f(x) over x\n s.t. x > 0", "a line does not begin with s.t.", {NULL}},
    {"argmin f(x) over x in [0, 2]",
     "an interval is written as a constraint",
     {"s.t. 0 <= x <= 2"}},
    {"argmin f(x) over x, y in R^2",
     "one set stands behind 2 names",
     {"over x in R^2, y in R^2", "over x in R, y in R^2"}},
    {"argmin f(x) over x from 1 from 2", "from stands twice", {NULL}},
    {"argmin f(x) over x subject to x > 1",
     "the clauses of a form are over, from, s.t. and using",
     {"s.t. x > 1"}},
    {"def f(x): x", "a function is defined by its formula", {"f(x) = x"}},
    {"def f(x, y): return x*y", "a function is defined by its formula", {"f(x, y) = x*y"}},
    {"lambda x: x", "a function without a name is written ->", {"x -> x"}},
    {"lambda x, y: x*y", "a function without a name is written ->", {"(x, y) -> x*y"}},
    {"function f(x)", "a function is defined by its formula", {"f(x) = …"}},
    {"function y = f(x)", "a function is defined by its formula", {"f(x) = …"}},
    {"function f(x) { return x + 1; }", "a function is defined by its formula", {"f(x) = x + 1"}},
    {"for i in 1:3: print(i)",
     "the head of a block has no colon behind it",
     {"for i in 1:3; print(i); end"}},
    {"for i in v: s += i",
     "the head of a block has no colon behind it",
     {"for i in v; s += i; end"}},
    {"for a, b in zip(v, w):\n  a",
     "the head of a block has no colon behind it",
     {"for a, b in zip(v, w)"}},
    {"while x < 3: x += 1",
     "the head of a block has no colon behind it",
     {"while x < 3; x += 1; end"}},
    {"if x == 3: y = 2 else: y = 1",
     "the head of a block has no colon behind it",
     {"if x == 3; y = 2; else; y = 1; end"}},
    {"f(x) = if x > 0: 1 else 0",
     "the head of a block has no colon behind it",
     {"if x > 0 then 1 else 0"}},
    {"if x; y = 1; else: y = 2",
     "the head of a block has no colon behind it",
     {"else; y = 2; end"}},
    {"1 000 000", "two values stand side by side without an operator", {"1_000_000"}},
    {"pi r^2", "two values stand side by side without an operator", {"pi*r^2", "pi(r)"}},
    {"Q R = qr(A)", "several names are assigned with commas between them", {"Q, R = qr(A)"}},
    {"v{1}", "a position is written with [ ]", {"v[1]"}},
    {"f\"{x}\"", "a string needs no letter before it: { } puts a value into it", {"\"{x}\""}},
    {"\"x is \" x", "a value is put into a text with { }", {"\"x is {x}\""}},
    {"d/dx x^2 + 1",
     "a derivative is taken of a function",
     {"derivative(x -> x^2 + 1, 1)  (at 1)", "f(x) = x^2 + 1; f'  (its formula)"}},
    {"f = function(x) x^2", "a function without a name is written ->", {"x -> x^2"}},
    {"max x^2",
     "max takes its values in ( ); a search over x is maximize",
     {"max(x^2)", "maximize x^2 over …"}},
    {"v = A %*% B", "the matrix product is written *", {"A*B"}},
    {"\"{1, 2\"", "{ in a string begins a value and is closed by }", {"\\{  (the sign itself)"}},
    {"a = 1; (a > 0 ? 1 : 2)", "a choice is written if … then … else", {"if a > 0 then 1 else 2"}},
    {"min f(x) over x",
     "min takes its values in ( ); a search over x is minimize",
     {"minimize f(x) over x"}},
    {"x =! y", "\"not equal\" is written !=", {"x != y"}},
    {"f(x) = (x > 0) ? 1 : 0",
     "a choice is written if … then … else",
     {"if (x > 0) then 1 else 0"}},
    {"5 mod 2", "the remainder is a function", {"mod(5, 2)"}},
    {"x is 3", "\"equal\" is written ==", {"x == 3"}},
    {"x not in v", "\"not in\" is written not … in", {"not (x in v)"}},
    {"1 to 5", "a range is written with :", {"1:5"}},
    {"help sin", "help on a name is asked for with ?", {"?sin"}},
    {"int n = 5", "a name needs no type before it", {"n = 5"}},
    {"from numpy import array",
     "there is nothing to import: everything is there from the start",
     {NULL}},
    {"print x", "a function takes its arguments in ( )", {"print(x)"}},
    {"print \"hi\"", "a function takes its arguments in ( )", {"print(\"hi\")"}},
    {"let x = 3", "a name needs no keyword before it", {"x = 3"}},
    {"1..5", "a range is written with :", {"1:5"}},
    {"2.x", "a number with a point needs a digit after it", {"2*x", "2.0x"}},
    {"0b2", "0b starts a number in base 2 and takes only its digits", {NULL}},
    {"0b", "0b starts a number in base 2 and takes only its digits", {NULL}},
    {"0o9", "0o starts a number in base 8 and takes only its digits", {NULL}},
    {"3.2e2.2", "this number has a second point", {NULL}},
    {"3e-.5", "the exponent of a number is a whole number", {"3*e - .5", "3*10^(-.5)"}},
    {"1e999", "this number is larger than 1.79769e+308, the largest one", {"inf"}},
    {"2for", "the word for is glued to a number", {"2 for"}},
    {"\"abc", "this string is not closed on its line", {NULL}},
    {"\"abc {x} def", "this string is not closed on its line", {NULL}},
    {"\"abc \\q\"", "\\q is not an escape of a string", {"\\\\q"}},
    {"\"{x:zz}\"",
     "this is not a number format; a range in a string needs ( )",
     {"{x:.3f}, {x:>8.2e} or {n:d}", "{(1:3)}"}},
    {"\"}\"", "} alone in a string", {"\\}"}},
    {"(1]", "expected ), found ]", {NULL}},
    {")", ") closes nothing", {NULL}},
    {"end", "end closes nothing", {NULL}},
    {"f(x = 1, 2)", "an argument without a name stands after one with a name", {NULL}},
    {"f(a for a in b, 2)", "an argument without a name stands after a generator", {NULL}},
    {"{1, 2}",
     "{ } holds the branches of a piecewise value: expected if or otherwise",
     {"[1, 2]  (an array)", "{x if x > 0; 0 otherwise}"}},
    {"{}",
     "{ } holds the branches of a piecewise value: expected if or otherwise",
     {"{x if x > 0; 0 otherwise}"}},
    {"{a = 1}",
     "{ } holds the branches of a piecewise value: expected if or otherwise",
     {"record(a = 1)", "{x if x > 0; 0 otherwise}"}},
    {"{x if y, 0 otherwise}",
     "the branches in { } are separated by ;",
     {"{x if x > 0; 0 otherwise}"}},
    {"{0 otherwise; x if y}", "a branch stands after otherwise", {NULL}},
    {"f(X in R^(m×n)) = X",
     "× in a set may separate two sizes or multiply them",
     {"R^(m,n)", "R^(m*n)"}},
    {"f(x, x) = 1", "x is a parameter twice", {NULL}},
    {"f(x in Z) = 1", "a set is expected here: R, R^n or R^(m,n)", {"R^2"}},
    {"return 3", "return stands only in a function's do … end", {NULL}},
    {"break", "break stands only in a loop", {NULL}},
    {"1:2:3:4", "a range has at most three parts", {NULL}},
    {"y ~ .+ z", "a value is expected before .+", {"~ . + z"}},
    {"\\theta", "a value is expected before \\", {"θ"}},
    {"(2+)", "a value is expected before )", {NULL}},
    {"1^^5", "^ stands right after ^: a value is missing between them", {NULL}},
    {"1 2", "two values stand side by side without an operator", {"1*2"}},
    {"!+5", "! is the factorial and stands behind a value", {"not x"}},
    {"A.'", "the transpose is written '", {"A'"}},
    {"∇∇f", "∇ of ∇ is written ∇²", {"∇²f"}},
    {"x $ y", "the character $ (U+0024) means nothing here", {NULL}},
    {"x = @(t) t^2",
     "@ is not an operator: a function is written x -> …, the matrix product *",
     {"t -> t^2"}},
    {"f.x(y) = 3",
     "= assigns only to names, positions and fields: use == to compare",
     {"f.x(y) == 3"}},
    {"f(x)y", "two values stand side by side without an operator", {"f(x)*y"}},
    {"(x)2", "two values stand side by side without an operator", {"(x)*2"}},
    {"3!10", "two values stand side by side without an operator", {"3!*10"}},
    {"[i for i in 1:3, j in 1:2 if i > j]", "a filter stands only behind one variable", {NULL}},
    {"g(i) = 2i",
     "i is a name here, so 2i may be a product or an imaginary number",
     {"2*i", "complex(0, 2)"}},
    {"[2i for i in 1:3]",
     "i is a name here, so 2i may be a product or an imaginary number",
     {"2*i", "complex(0, 2)"}},
    {"1 + if a then b else c", "if needs its own parentheses here", {"(if c then a else b)"}},
    {"1 + not x", "not needs its own parentheses here", {"(not x)"}},
    {"1 + x -> x", "a function written with -> needs its own parentheses here", {"(x -> x)"}},
    {"f(,)", "a value is expected before ,", {NULL}},
    {"f(x; y)", "expected ), found ;", {NULL}},
    {"[1,,2]", "a value is expected before ,", {NULL}},
    {"a, b = 1, 2, 3", "2 names get 3 values", {NULL}},
    {"A[1:]", "a value is expected before ]", {"1:end"}},
    {"A[:3]", "a range needs a first value; : alone is every position of an index", {"1:3"}},
    {"1_", "_ stands only between two digits of a number", {NULL}},
    {"1__0", "_ stands only between two digits of a number", {NULL}},
    {"f(x) = 1, 2", "one value is expected, and a comma follows it", {"(1, 2)"}},
    {"while x x += 1 end", "the body is not separated from its head", {"while x; x …"}},
    {"a = b c", "two values stand side by side without an operator", {"b*c", "b(c)"}},
    {"r.2", "two values stand side by side without an operator", {"r*.2"}},
    {"x..y", "a range is written with :", {"x:y"}},
    {"f(x) = x^2 = 3",
     "= defines or assigns a name, and here a value is read: use == to compare",
     {"x^2 == 3"}},
    {"‖2‖x‖‖", "two values stand side by side without an operator", {"‖2‖*x"}},
    {"s.t. x", "a line does not begin with s.t.", {NULL}},
    {"if c then x\nend",
     "this if … then on one line is a value and has no else",
     {"if c then x else …", "if c; x; end"}},
    {"  s.t. x > 0", "a line does not begin with s.t.", {NULL}},
    {"over x", "a line does not begin with over", {NULL}},
    {"\"{f(", "this string is not closed on its line", {NULL}},
    {"do", "do … end is the body of a definition or of a function written with ->", {NULL}},
    {"2.(y)", "expected the end of the statement, found .", {NULL}},
    {"return", "return stands only in a function's do … end", {NULL}},
    {"-x^2'", "' behind a number may belong to all that is before it", {"(x^2)'", "x'^2"}},
    {"0x1fg", "0x starts a number in base 16 and takes only its digits", {NULL}},
    {".5.5", "this number has a second point", {NULL}},
    {"[1 -2i]", "- between spaces may be one element or separate two", {"[1, -2i]", "[1 - 2i]"}},
    {"[x if y]", "expected a comma, ; or ], found if", {NULL}},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

Test(refusals, every_refusal_names_its_place_and_what_to_type) {
  for (size_t row = 0; row < COUNT(refusals); row++) {
    SymbolTable symbols = {0};
    Source *source = source_new("", refusals[row].source, strlen(refusals[row].source));
    Tree *tree;
    Report report;
    cr_expect_eq(parse(source, &symbols, &tree, &report), PARSE_ERROR, "%s", source->text);
    cr_expect_str_eq(report.message, refusals[row].message, "%s: %s", source->text, report.message);
    for (int i = 0; i < REPORT_ADVICE; i++) {
      const char *wanted = refusals[row].advice[i] ? refusals[row].advice[i] : "";
      cr_expect_str_eq(report.advice[i], wanted, "%s: %s", source->text, report.advice[i]);
    }
    cr_expect_geq(report.label_count, 1);
    cr_expect_leq(report.label[0].span.end, source->length + 1);
    report_clear(&report);
    source_release(source);
    symbol_table_free(&symbols);
  }
}

static ParseStatus status_of(const char *text, size_t length) {
  SymbolTable symbols = {0};
  Source *source = source_new("", text, length);
  Tree *tree;
  Report report;
  ParseStatus status = parse(source, &symbols, &tree, &report);
  cr_expect((status == PARSE_OK) == (tree != NULL));
  cr_expect((status == PARSE_OK) == (report.message[0] == '\0'));
  tree_release(tree);
  report_clear(&report);
  source_release(source);
  symbol_table_free(&symbols);
  return status;
}

/* [layout-6] the end of the text where a token is needed, or a bracket, ‖ or block is open */
Test(refusals, text_that_may_go_on_is_incomplete) {
  static const char *const open[] = {
      "1 +",
      "x = ",
      "f(x) =",
      "f(x) = do",
      "f(x) = do\n  s = 0\n",
      "(1",
      "(1\n",
      "f(x,",
      "[1, 2",
      "[1, 2;\n",
      "{x if x > 0",
      "{x if",
      "A[1",
      "‖x",
      "x ->",
      "if c",
      "if c\n",
      "if c then",
      "if c\n x\nelse\n",
      "for i in 1:3",
      "for i in",
      "for",
      "while x < 3\n",
      "x = if c then 1",
      "x = if c then 1 else",
      "a, ",
      "a, b =",
      "not",
      "√",
      "∇",
      "2^",
      "2^-",
      "x |>",
      "argmin f(",
      "minimize (x - 1)^2 + f(x,",
      "argmin f(x) over",
      "argmin f(x) over x in",
      "argmin f(x) over x s.t.",
      "argmin f(x) over x from",
      "argmin f(x) over x using",
      "argmin f(x) over x, ",
      "(argmin f(x) over x",
      "f(x -> do\n",
      "f(n in R^",
      "f(n in R^(2,",
      "[i for i in",
      "sum(x for x in v",
      "y ~",
      "return_value = (",
  };
  for (size_t row = 0; row < COUNT(open); row++)
    cr_expect_eq(status_of(open[row], strlen(open[row])), PARSE_INCOMPLETE, "%s", open[row]);
}

Test(refusals, an_error_before_the_end_is_no_incomplete_text) {
  static const char *const wrong[] = {"(1]",   "[1 2) + (", "f(x) = do\n )", "x = = (",
                                      "\"abc", "(\"abc",    "2..("};
  for (size_t row = 0; row < COUNT(wrong); row++)
    cr_expect_eq(status_of(wrong[row], strlen(wrong[row])), PARSE_ERROR, "%s", wrong[row]);
}

/* [layout-6] and what is open is named */
Test(refusals, incomplete_text_says_what_is_open) {
  static const struct {
    const char *source, *message;
    uint32_t start;
  } rows[] = {
      {"f(x", "( is not closed: ) is missing", 1},
      {"for i in 1:3\n  while x\n", "while is not closed: end is missing", 15},
      {"x = [1, 2", "[ is not closed: ] is missing", 4},
      {"x = 1 +", "the text ends where a value is expected", 6},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    SymbolTable symbols = {0};
    Source *source = source_new("", rows[row].source, strlen(rows[row].source));
    Tree *tree;
    Report report;
    cr_expect_eq(parse(source, &symbols, &tree, &report), PARSE_INCOMPLETE);
    cr_expect_str_eq(report.message, rows[row].message);
    cr_expect_eq(report.label[0].span.start, rows[row].start);
    report_clear(&report);
    source_release(source);
    symbol_table_free(&symbols);
  }
}

Test(refusals, nesting_and_chains_have_limits) {
  static const char *const units[] = {"(",
                                      "[",
                                      "{",
                                      "√",
                                      "∇",
                                      "‖",
                                      "'",
                                      "1+",
                                      "1^",
                                      "x->",
                                      "- ",
                                      "not ",
                                      "f(",
                                      "a[",
                                      "x.",
                                      "x'",
                                      "x!",
                                      "2(",
                                      "(x)",
                                      "\"{",
                                      "if a then ",
                                      "if a then b else ",
                                      "if a\n",
                                      "if a;b\nelseif c;",
                                      "for i in x\n",
                                      "a and ",
                                      "x |> ",
                                      "a'b",
                                      "f(x)=do\n",
                                      "a < ",
                                      "1:",
                                      "[1 -",
                                      "{x if ",
                                      "s.t. ",
                                      "argmin x over x s.t. ",
                                      "0x",
                                      "e^",
                                      "1.",
                                      "x, ",
                                      "x=",
                                      "\xff",
                                      "2i+",
                                      "|",
                                      "?"};
  enum { SIZE = 100000 };
  static char text[SIZE + 1];
  for (size_t row = 0; row < COUNT(units); row++) {
    size_t length = strlen(units[row]);
    for (size_t at = 0; at < SIZE; at++) text[at] = units[row][at % length];
    status_of(text, SIZE);
  }
  memset(text, 0, SIZE);
  cr_expect_eq(status_of(text, SIZE), PARSE_ERROR);
  memset(text, '1', SIZE);
  cr_expect_eq(status_of(text, SIZE), PARSE_ERROR);
  unsigned state = 1;
  for (size_t at = 0; at < SIZE; at++)
    text[at] = (char)((state = state * 1103515245u + 12345u) >> 16);
  cr_expect_eq(status_of(text, SIZE), PARSE_ERROR);
}

Test(refusals, the_limits_are_reached_but_not_passed) {
  Text text = {0};
  text_repeat(&text, '(', PARSE_DEPTH - 50);
  text_string(&text, "1");
  text_repeat(&text, ')', PARSE_DEPTH - 50);
  cr_expect_eq(status_of(text.bytes, text.length), PARSE_OK);
  text_free(&text);
  for (int terms = 0; terms < PARSE_HEIGHT - 2; terms++) text_string(&text, "1+");
  text_string(&text, "1");
  cr_expect_eq(status_of(text.bytes, text.length), PARSE_OK);
  text_string(&text, "+1+1");
  cr_expect_eq(status_of(text.bytes, text.length), PARSE_ERROR);
  text_free(&text);
}
/* Advice that is a whole line of its own must parse. */
Test(refusals, advice_for_two_readings_can_be_pasted) {
  static const char *const sources[] = {"1/2x",       "e^2x",
                                        "x^2(y+1)",   "√2x",
                                        "√x^2",       "A^2'",
                                        "1:3'",       "[a -b]",
                                        "[f (x)]",    "[1 - 2]",
                                        "f (x)",      "2 x",
                                        "c ? a : b",  "x ** 2",
                                        "a && b",     "|x|",
                                        "x = 3,14",   "(Q, R) = qr(A)",
                                        "A(1,2) = 5", "x++",
                                        "2 \\ A",     "[[1, 2], [3, 4]]",
                                        "∇f'"};
  for (size_t row = 0; row < COUNT(sources); row++) {
    SymbolTable symbols = {0};
    Source *source = source_new("", sources[row], strlen(sources[row]));
    Tree *tree;
    Report report;
    cr_assert_eq(parse(source, &symbols, &tree, &report), PARSE_ERROR, "%s", sources[row]);
    for (int i = 0; i < report.advice_count; i++) {
      char *note = strstr(report.advice[i], "  (");
      if (note) *note = '\0';
      Source *again = source_new("", report.advice[i], strlen(report.advice[i]));
      Report second;
      cr_expect_eq(parse(again, &symbols, &tree, &second), PARSE_OK, "%s: %s", sources[row],
                   report.advice[i]);
      tree_release(tree);
      report_clear(&second);
      source_release(again);
    }
    report_clear(&report);
    source_release(source);
    symbol_table_free(&symbols);
  }
}
