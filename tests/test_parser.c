/* test_parser.c - text to tree: every form of the grammar, spans, layout, limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "syntax/parser.h"

/* Source, then the dump of the program's statements. */
static const struct {
  const char *source, *tree;
} trees[] = {
    {"a = 3", "(ASSIGN (TARGETS (NAME a)) (NUMBER 3))"},
    {"f(x) = x^2 + a*x0",
     "(DEFINE f (PARAMETER x - -) (BINARY + (BINARY ^ (NAME x) (NUMBER 2)) (BINARY * (NAME a) "
     "(NAME x0))))"},
    {"Q, R = qr(A)", "(ASSIGN (TARGETS (NAME Q) (NAME R)) (CALL (NAME qr) (NAME A)))"},
    {"x += 1", "(UPDATE + (NAME x) (NUMBER 1))"},
    {"g = x -> x^2",
     "(ASSIGN (TARGETS (NAME g)) (LAMBDA (PARAMETER x - -) (BINARY ^ (NAME x) (NUMBER 2))))"},
    {"h = (x, y) -> x*y",
     "(ASSIGN (TARGETS (NAME h)) (LAMBDA (PARAMETER x - -) (PARAMETER y - -) (BINARY * (NAME "
     "x) (NAME y))))"},
    {"f(x, eta = 0.1) = x", "(DEFINE f (PARAMETER x - -) (PARAMETER eta - (NUMBER 0.1)) (NAME x))"},
    {"-2^2", "(NEGATE (BINARY ^ (NUMBER 2) (NUMBER 2)))"},
    {"2^3^2", "(BINARY ^ (NUMBER 2) (BINARY ^ (NUMBER 3) (NUMBER 2)))"},
    {"2^-1", "(BINARY ^ (NUMBER 2) (NEGATE (NUMBER 1)))"},
    {"2x^2", "(IMPLICIT (NUMBER 2) (BINARY ^ (NAME x) (NUMBER 2)))"},
    {"f'(2)", "(IMPLICIT call (PRIME (NAME f)) (NUMBER 2))"},
    {"f''(2, 3)", "(IMPLICIT call (PRIME (PRIME (NAME f))) (TUPLE (NUMBER 2) (NUMBER 3)))"},
    {"X'X", "(IMPLICIT (PRIME (NAME X)) (NAME X))"},
    {"θᵀφ(x)", "(IMPLICIT (TRANSPOSE (NAME θ)) (CALL (NAME φ) (NAME x)))"},
    {"X'(y - X*w)",
     "(IMPLICIT call (PRIME (NAME X)) (BINARY - (NAME y) (BINARY * (NAME X) (NAME w))))"},
    {"∇f(p)", "(CALL (NABLA 1 (NAME f)) (NAME p))"},
    {"∇²r(p) \\ ∇r(p)",
     "(BINARY \\ (CALL (NABLA 2 (NAME r)) (NAME p)) (CALL (NABLA 1 (NAME r)) (NAME p)))"},
    {"p -= 0.1∇loss(p)",
     "(UPDATE - (NAME p) (IMPLICIT (NUMBER 0.1) (CALL (NABLA 1 (NAME loss)) (NAME p))))"},
    {"0 < x <= 1", "(COMPARE < <= (NUMBER 0) (NAME x) (NUMBER 1))"},
    {"x²", "(BINARY ^ (NAME x) (NUMBER 2))"},
    {"A⁻¹b", "(IMPLICIT (INVERSE (NAME A)) (NAME b))"},
    {"‖x‖^2 + 2‖y‖",
     "(BINARY + (BINARY ^ (NORM (NAME x)) (NUMBER 2)) (IMPLICIT (NUMBER 2) (NORM (NAME y))))"},
    {"(x+1)(x-1)", "(IMPLICIT (BINARY + (NAME x) (NUMBER 1)) (BINARY - (NAME x) (NUMBER 1)))"},
    {"(x -> x^2)(3)",
     "(CALL (LAMBDA (PARAMETER x - -) (BINARY ^ (NAME x) (NUMBER 2))) (NUMBER 3))"},
    {"1:2:10", "(RANGE (NUMBER 1) (NUMBER 10) (NUMBER 2))"},
    {"A[1,:]", "(INDEX (NAME A) (NUMBER 1) (COLON))"},
    {"v[end-1]", "(INDEX (NAME v) (BINARY - (END) (NUMBER 1)))"},
    {"v[[1, 1]] = 5",
     "(ASSIGN (TARGETS (INDEX (NAME v) (ARRAY (ROW (NUMBER 1) (NUMBER 1))))) (NUMBER 5))"},
    {"f.(a, b)", "(CALL_EACH (NAME f) (NAME a) (NAME b))"},
    {"[1, 2, 3]", "(ARRAY (ROW (NUMBER 1) (NUMBER 2) (NUMBER 3)))"},
    {"[1 -2]", "(ARRAY (ROW (NUMBER 1) (NEGATE (NUMBER 2))))"},
    {"[1 2; 3 4]", "(ARRAY (ROW (NUMBER 1) (NUMBER 2)) (ROW (NUMBER 3) (NUMBER 4)))"},
    {"[i+j for i in 1:3, j in 1:4]",
     "(COMPREHENSION (BINARY + (NAME i) (NAME j)) (GENERATOR (BIND (NAME i) (RANGE (NUMBER 1) "
     "(NUMBER 3) -)) (BIND (NAME j) (RANGE (NUMBER 1) (NUMBER 4) -)) -))"},
    {"Σ(i^2 for i in 1:n)",
     "(CALL (NAME Σ) (GENERATED (BINARY ^ (NAME i) (NUMBER 2)) (GENERATOR (BIND (NAME i) "
     "(RANGE (NUMBER 1) (NAME n) -)) -)))"},
    {"sum((t - a'x - b)^2 for x, t in zip(rows(X), y))",
     "(CALL (NAME sum) (GENERATED (BINARY ^ (BINARY - (BINARY - (NAME t) (IMPLICIT (PRIME "
     "(NAME a)) (NAME x))) (NAME b)) (NUMBER 2)) (GENERATOR (BIND (NAME x) (NAME t) (CALL "
     "(NAME zip) (CALL (NAME rows) (NAME X)) (NAME y))) -)))"},
    {"{x^2 if x < 0; x otherwise}",
     "(PIECEWISE (ARM (BINARY ^ (NAME x) (NUMBER 2)) (COMPARE < (NAME x) (NUMBER 0))) (ARM "
     "(NAME x) -))"},
    {"if c then a else b", "(IF (NAME c) (NAME a) (NAME b))"},
    {"if a then b elseif c then d else e",
     "(IF (NAME a) (NAME b) (IF (NAME c) (NAME d) (NAME e)))"},
    {"\"x = {x:.3f}, {f(x)}\\n\"",
     "(STRING (TEXT \"x = \") (FORMAT \".3f\" (NAME x)) (TEXT \", \") (FORMAT (CALL (NAME f) "
     "(NAME x))) (TEXT \"\\n\"))"},
    {"argmin f(x) over x in R^2 from [-1, 1]",
     "(CLAUSE argmin (CALL (NAME f) (NAME x)) (VARIABLES (VARIABLE x (SET (NUMBER 2)))) "
     "(STARTS (ARRAY (ROW (NEGATE (NUMBER 1)) (NUMBER 1)))) - -)"},
    {"argmin (x-1)^2 + (y+2)^2 over x, y  s.t. x + y == 1, x >= 0",
     "(CLAUSE argmin (BINARY + (BINARY ^ (BINARY - (NAME x) (NUMBER 1)) (NUMBER 2)) (BINARY ^ "
     "(BINARY + (NAME y) (NUMBER 2)) (NUMBER 2))) (VARIABLES (VARIABLE x -) (VARIABLE y -)) - "
     "(CONSTRAINTS (COMPARE == (BINARY + (NAME x) (NAME y)) (NUMBER 1)) (COMPARE >= (NAME x) "
     "(NUMBER 0))) -)"},
    {"m1 = minimize L(w) over w in R^3 using gd(eta = 0.01, steps = 300);",
     "(ASSIGN (TARGETS (NAME m1)) (CLAUSE minimize (CALL (NAME L) (NAME w)) (VARIABLES "
     "(VARIABLE w (SET (NUMBER 3)))) - - (USING gd (NAMED eta (NUMBER 0.01)) (NAMED steps "
     "(NUMBER 300)))))"},
    {"a, b = argmin J(a, b, X, y) over a, b in R^2, R",
     "(ASSIGN (TARGETS (NAME a) (NAME b)) (CLAUSE argmin (CALL (NAME J) (NAME a) (NAME b) "
     "(NAME X) (NAME y)) (VARIABLES (VARIABLE a (SET (NUMBER 2))) (VARIABLE b (SET))) - - -))"},
    {"fit y ~ a*exp(b*x) over a, b from 1, 0",
     "(CLAUSE fit (TILDE (NAME y) (BINARY * (NAME a) (CALL (NAME exp) (BINARY * (NAME b) (NAME "
     "x))))) (VARIABLES (VARIABLE a -) (VARIABLE b -)) (STARTS (NUMBER 1) (NUMBER 0)) - -)"},
    {"regress(y ~ ., d)", "(CALL (NAME regress) (TILDE (NAME y) (DOT)) (NAME d))"},
    {"svm.w, svm.b", "(TUPLE (FIELD w (NAME svm)) (FIELD b (NAME svm)))"},
    {"svm = minimize 0.5norm(w)^2 over w, b in R^2, R s.t. [1, 1, -1, -1].*([2, 2; 3, 3; 0, 0; 1, "
     "0]*w + b) >= 1",
     "(ASSIGN (TARGETS (NAME svm)) (CLAUSE minimize (IMPLICIT (NUMBER 0.5) (BINARY ^ (CALL "
     "(NAME norm) (NAME w)) (NUMBER 2))) (VARIABLES (VARIABLE w (SET (NUMBER 2))) (VARIABLE b "
     "(SET))) - (CONSTRAINTS (COMPARE >= (BINARY .* (ARRAY (ROW (NUMBER 1) (NUMBER 1) (NEGATE "
     "(NUMBER 1)) (NEGATE (NUMBER 1)))) (BINARY + (BINARY * (ARRAY (ROW (NUMBER 2) (NUMBER 2)) "
     "(ROW (NUMBER 3) (NUMBER 3)) (ROW (NUMBER 0) (NUMBER 0)) (ROW (NUMBER 1) (NUMBER 0))) "
     "(NAME w)) (NAME b))) (NUMBER 1))) -))"},
    {"loss(w in R^3, X in R^(n,3)) = w",
     "(DEFINE loss (PARAMETER w (SET (NUMBER 3)) -) (PARAMETER X (SET (NAME n) (NUMBER 3)) -) "
     "(NAME w))"},
    {"x |> f |> g", "(PIPE (PIPE (NAME x) (NAME f)) (NAME g))"},
    {"not a and b or c", "(OR (AND (NOT (NAME a)) (NAME b)) (NAME c))"},
    {"2./x", "(BINARY ./ (NUMBER 2) (NAME x))"},
    {"2i + 3deg", "(BINARY + (IMAGINARY 2) (NUMBER 0.05235987755982989))"},
    {"x in S", "(COMPARE in (NAME x) (NAME S))"},
    {"P(N > 1)", "(CALL (NAME P) (COMPARE > (NAME N) (NUMBER 1)))"},
    {"∇r.f(x)", "(CALL (NABLA 1 (FIELD f (NAME r))) (NAME x))"},
    {"1 + -2", "(BINARY + (NUMBER 1) (NEGATE (NUMBER 2)))"},
    {"for i in 1:3; s += i; end",
     "(FOR (BIND (NAME i) (RANGE (NUMBER 1) (NUMBER 3) -)) (BLOCK (UPDATE + (NAME s) (NAME "
     "i))))"},
    {"while s < 10 do\n s = s + 1\nend",
     "(WHILE (COMPARE < (NAME s) (NUMBER 10)) (BLOCK (ASSIGN (TARGETS (NAME s)) (BINARY + "
     "(NAME s) (NUMBER 1)))))"},
    {"if c; a elseif d; b else e end",
     "(IF_BLOCK (NAME c) (BLOCK (NAME a)) (IF_BLOCK (NAME d) (BLOCK (NAME b)) (BLOCK (NAME "
     "e))))"},
    {"f(w) = do\n  s = 0\n  for i in 1:length(w)\n    s += w[i]^2\n  end\n  s\nend",
     "(DEFINE f (PARAMETER w - -) (DO (BLOCK (ASSIGN (TARGETS (NAME s)) (NUMBER 0)) (FOR (BIND "
     "(NAME i) (RANGE (NUMBER 1) (CALL (NAME length) (NAME w)) -)) (BLOCK (UPDATE + (NAME s) "
     "(BINARY ^ (INDEX (NAME w) (NAME i)) (NUMBER 2))))) (NAME s))))"},
    {"# help one\n# two\nf(x) = x", "(DEFINE f \"help one\\ntwo\" (PARAMETER x - -) (NAME x))"},
    {"2√3", "(IMPLICIT (NUMBER 2) (ROOT (NUMBER 3)))"},
    {"√x + 1", "(BINARY + (ROOT (NAME x)) (NUMBER 1))"},
    {"≈0", "(NUMBER 0)"},
    {"y ~ . + z", "(TILDE (NAME y) (BINARY + (DOT) (NAME z)))"},
    {"f'", "(PRIME (NAME f))"},
    {"x != y", "(COMPARE != (NAME x) (NAME y))"},
    {"a / (2x)", "(BINARY / (NAME a) (IMPLICIT (NUMBER 2) (NAME x)))"},
    {"[a - b]", "(ARRAY (ROW (BINARY - (NAME a) (NAME b))))"},
    {"[1 -2 3]", "(ARRAY (ROW (NUMBER 1) (NEGATE (NUMBER 2)) (NUMBER 3)))"},
    {"[x' y]", "(ARRAY (ROW (PRIME (NAME x)) (NAME y)))"},
    {"x\n-3", "(NAME x) (NEGATE (NUMBER 3))"},
    {"\"{1:3}\"", "(STRING (FORMAT \"3\" (NUMBER 1)))"},
    {"R^(m×n)", "(BINARY ^ (NAME R) (BINARY * (NAME m) (NAME n)))"},
    {"5t6", "(IMPLICIT (NUMBER 5) (NAME t6))"},
    {"x''''''y", "(IMPLICIT (PRIME (PRIME (PRIME (PRIME (PRIME (PRIME (NAME x))))))) (NAME y))"},
    {"2‖x‖", "(IMPLICIT (NUMBER 2) (NORM (NAME x)))"},
    {"if c then x\nelse y", "(IF (NAME c) (NAME x) (NAME y))"},
    {"if c then\n x = 1\nend",
     "(IF_BLOCK (NAME c) (BLOCK (ASSIGN (TARGETS (NAME x)) (NUMBER 1))) -)"},
    {"f(x) = do; x; end", "(DEFINE f (PARAMETER x - -) (DO (BLOCK (NAME x))))"},
    {"\"{(x -> do; x; end)(3)}\"",
     "(STRING (FORMAT (CALL (LAMBDA (PARAMETER x - -) (DO (BLOCK (NAME x)))) (NUMBER 3))))"},
    {"a.if.end", "(FIELD end (FIELD if (NAME a)))"},
    {"f(in = 3)", "(CALL (NAME f) (NAMED in (NUMBER 3)))"},
    {"x.(y)", "(CALL_EACH (NAME x) (NAME y))"},
    {"x.s.t", "(FIELD t (FIELD s (NAME x)))"},
    {"argmin f(x) over x s.t.\n x > 0,\n x < 1",
     "(CLAUSE argmin (CALL (NAME f) (NAME x)) (VARIABLES (VARIABLE x -)) - (CONSTRAINTS "
     "(COMPARE > (NAME x) (NUMBER 0)) (COMPARE < (NAME x) (NUMBER 1))) -)"},
    {"(argmin f(x)\n over x)",
     "(CLAUSE argmin (CALL (NAME f) (NAME x)) (VARIABLES (VARIABLE x -)) - - -)"},
    {"for x, t in zip(a, b)\nend",
     "(FOR (BIND (NAME x) (NAME t) (CALL (NAME zip) (NAME a) (NAME b))) (BLOCK))"},
    {"f(x) = do\n return\nend", "(DEFINE f (PARAMETER x - -) (DO (BLOCK (RETURN -))))"},
    {"f(x) = do\n if x > 0\n return x\n end\n 0\nend",
     "(DEFINE f (PARAMETER x - -) (DO (BLOCK (IF_BLOCK (COMPARE > (NAME x) (NUMBER 0)) (BLOCK "
     "(RETURN (NAME x))) -) (NUMBER 0))))"},
    {"x = 3; y = 4; z",
     "(ASSIGN (TARGETS (NAME x)) (NUMBER 3)) (ASSIGN (TARGETS (NAME y)) (NUMBER 4)) (NAME z)"},
    {";;;", ""},
    {"\n\n", ""},
    {"# only", ""},
    {"a = 3 # c", "(ASSIGN (TARGETS (NAME a)) (NUMBER 3))"},
    {"[1,\n 2]", "(ARRAY (ROW (NUMBER 1) (NUMBER 2)))"},
    {"[1\n 2]", "(ARRAY (ROW (NUMBER 1)) (ROW (NUMBER 2)))"},
    {"[ 1 2\n 3 4 ]", "(ARRAY (ROW (NUMBER 1) (NUMBER 2)) (ROW (NUMBER 3) (NUMBER 4)))"},
    {"f(1,\n 2)", "(CALL (NAME f) (NUMBER 1) (NUMBER 2))"},
    {"x |>\n f", "(PIPE (NAME x) (NAME f))"},
    {"1 +\n 2", "(BINARY + (NUMBER 1) (NUMBER 2))"},
    {"x -> do\n y = x\n y\nend",
     "(LAMBDA (PARAMETER x - -) (DO (BLOCK (ASSIGN (TARGETS (NAME y)) (NAME x)) (NAME y))))"},
    {"θ = 3; theta", "(ASSIGN (TARGETS (NAME θ)) (NUMBER 3)) (NAME θ)"},
    {"x₁ + x_1", "(BINARY + (NAME x₁) (NAME x₁))"},
    {"[x for x in v if x > 0]",
     "(COMPREHENSION (NAME x) (GENERATOR (BIND (NAME x) (NAME v)) (COMPARE > (NAME x) (NUMBER "
     "0))))"},
    {"[i^2 for i in 1:5]'",
     "(PRIME (COMPREHENSION (BINARY ^ (NAME i) (NUMBER 2)) (GENERATOR (BIND (NAME i) (RANGE "
     "(NUMBER 1) (NUMBER 5) -)) -)))"},
    {"A[1, :]' * B", "(BINARY * (PRIME (INDEX (NAME A) (NUMBER 1) (COLON))) (NAME B))"},
    {"(x^2)'", "(PRIME (BINARY ^ (NAME x) (NUMBER 2)))"},
    {"f'(x)/g'(x)",
     "(BINARY / (IMPLICIT call (PRIME (NAME f)) (NAME x)) (IMPLICIT call (PRIME (NAME g)) "
     "(NAME x)))"},
    {"x/f'(x)^2",
     "(BINARY / (NAME x) (BINARY ^ (IMPLICIT call (PRIME (NAME f)) (NAME x)) (NUMBER 2)))"},
    {"A'B'C", "(IMPLICIT (IMPLICIT (PRIME (NAME A)) (PRIME (NAME B))) (NAME C))"},
    {"(a)(b)(c)", "(IMPLICIT (IMPLICIT (NAME a) (NAME b)) (NAME c))"},
    {"2(x)(y)", "(IMPLICIT (IMPLICIT (NUMBER 2) (NAME x)) (NAME y))"},
    {"∇²f(x)", "(CALL (NABLA 2 (NAME f)) (NAME x))"},
    {"∇(x -> x^2)(3)",
     "(CALL (NABLA 1 (LAMBDA (PARAMETER x - -) (BINARY ^ (NAME x) (NUMBER 2)))) (NUMBER 3))"},
    {"r.f'(2)", "(IMPLICIT call (PRIME (FIELD f (NAME r))) (NUMBER 2))"},
    {"f'.(v)", "(CALL_EACH (PRIME (NAME f)) (NAME v))"},
    {"x in 1:3 and y", "(AND (COMPARE in (NAME x) (RANGE (NUMBER 1) (NUMBER 3) -)) (NAME y))"},
    {"a:b == c", "(COMPARE == (RANGE (NAME a) (NAME b) -) (NAME c))"},
    {"not not x", "(NOT (NOT (NAME x)))"},
    {"- - x", "(NEGATE (NEGATE (NAME x)))"},
    {"2 - -x", "(BINARY - (NUMBER 2) (NEGATE (NAME x)))"},
    {"a < b == c", "(COMPARE < == (NAME a) (NAME b) (NAME c))"},
    {"x.+ y", "(BINARY .+ (NAME x) (NAME y))"},
    {"x .+ y", "(BINARY .+ (NAME x) (NAME y))"},
    {"∞", "(NAME ∞)"},
    {"3 × 4 ÷ 2 − 1",
     "(BINARY - (BINARY / (BINARY * (NUMBER 3) (NUMBER 4)) (NUMBER 2)) (NUMBER 1))"},
    {"x ≤ 3", "(COMPARE <= (NAME x) (NUMBER 3))"},
    {"ℝ", "(NAME ℝ)"},
    {"A⁻¹(b)", "(IMPLICIT call (INVERSE (NAME A)) (NAME b))"},
    {"x!^2", "(BINARY ^ (FACTORIAL (NAME x)) (NUMBER 2))"},
    {"5!", "(FACTORIAL (NUMBER 5))"},
    {"x^y!", "(BINARY ^ (NAME x) (FACTORIAL (NAME y)))"},
    {"e^-x", "(BINARY ^ (NAME e) (NEGATE (NAME x)))"},
    {"e^√2", "(BINARY ^ (NAME e) (ROOT (NUMBER 2)))"},
    {"√√2", "(ROOT (ROOT (NUMBER 2)))"},
    {"argmax f(x) over k in 1:K",
     "(CLAUSE argmax (CALL (NAME f) (NAME x)) (VARIABLES (VARIABLE k (RANGE (NUMBER 1) (NAME "
     "K) -))) - - -)"},
    {"fit(x, y)", "(CALL (NAME fit) (NAME x) (NAME y))"},
    {"fit = 3", "(ASSIGN (TARGETS (NAME fit)) (NUMBER 3))"},
    {"minimize = 3", "(ASSIGN (TARGETS (NAME minimize)) (NUMBER 3))"},
    {"over = 2", "(ASSIGN (TARGETS (NAME over)) (NUMBER 2))"},
    {"from + 1", "(BINARY + (NAME from) (NUMBER 1))"},
    {"y ~ 0 + x", "(TILDE (NAME y) (BINARY + (NUMBER 0) (NAME x)))"},
    {"v.max", "(FIELD max (NAME v))"},
    {"\"a{\"b\"}c\"", "(STRING (TEXT \"a\") (FORMAT (STRING (TEXT \"b\"))) (TEXT \"c\"))"},
    {"\"a{\"{1}\"}c\"", "(STRING (TEXT \"a\") (FORMAT (STRING (FORMAT (NUMBER 1)))) (TEXT \"c\"))"},
    {"\"100\\{\\}\"", "(STRING (TEXT \"100{}\"))"},
    {"\"{x:>8.2e}\"", "(STRING (FORMAT \">8.2e\" (NAME x)))"},
    {"30deg", "(NUMBER 0.52359877559829882)"},
    {"2deg", "(NUMBER 0.034906585039886591)"},
    {"2degx", "(IMPLICIT (NUMBER 2) (NAME degx))"},
    {"2ix", "(IMPLICIT (NUMBER 2) (NAME ix))"},
    {"2ii", "(IMPLICIT (NUMBER 2) (NAME ii))"},
    {"f(x) = {x if x > 0; 0 otherwise}",
     "(DEFINE f (PARAMETER x - -) (PIECEWISE (ARM (NAME x) (COMPARE > (NAME x) (NUMBER 0))) "
     "(ARM (NUMBER 0) -)))"},
    {"{x if x > 0\n 0 otherwise}",
     "(PIECEWISE (ARM (NAME x) (COMPARE > (NAME x) (NUMBER 0))) (ARM (NUMBER 0) -))"},
    {"x[1][2].y(3)", "(CALL (FIELD y (INDEX (INDEX (NAME x) (NUMBER 1)) (NUMBER 2))) (NUMBER 3))"},
    {"(x, y) -> x + y",
     "(LAMBDA (PARAMETER x - -) (PARAMETER y - -) (BINARY + (NAME x) (NAME y)))"},
    {"() -> 3", "(LAMBDA (NUMBER 3))"},
    {"(x in R^2, y = 3) -> x",
     "(LAMBDA (PARAMETER x (SET (NUMBER 2)) -) (PARAMETER y - (NUMBER 3)) (NAME x))"},
    {"f() = 3", "(DEFINE f (NUMBER 3))"},
    {"f((1, 2))", "(CALL (NAME f) (TUPLE (NUMBER 1) (NUMBER 2)))"},
    {"f'((1,2))", "(IMPLICIT call (PRIME (NAME f)) (TUPLE (NUMBER 1) (NUMBER 2)))"},
    {"x' * y'", "(BINARY * (PRIME (NAME x)) (PRIME (NAME y)))"},
    {"[a' b']", "(ARRAY (ROW (PRIME (NAME a)) (PRIME (NAME b))))"},
    {"[1 + 2i]", "(ARRAY (ROW (BINARY + (NUMBER 1) (IMAGINARY 2))))"},
    {"[-1 -2]", "(ARRAY (ROW (NEGATE (NUMBER 1)) (NEGATE (NUMBER 2))))"},
    {"[a, -b]", "(ARRAY (ROW (NAME a) (NEGATE (NAME b))))"},
    {"[a; -b]", "(ARRAY (ROW (NAME a)) (ROW (NEGATE (NAME b))))"},
    {"[1:3 4]", "(ARRAY (ROW (RANGE (NUMBER 1) (NUMBER 3) -) (NUMBER 4)))"},
    {"[f(x) g(y)]", "(ARRAY (ROW (CALL (NAME f) (NAME x)) (CALL (NAME g) (NAME y))))"},
    {"[a+b c*d]", "(ARRAY (ROW (BINARY + (NAME a) (NAME b)) (BINARY * (NAME c) (NAME d))))"},
    {"[a and b]", "(ARRAY (ROW (AND (NAME a) (NAME b))))"},
    {"[not a]", "(ARRAY (ROW (NOT (NAME a))))"},
    {"[\"a\" \"b\"]", "(ARRAY (ROW (STRING (TEXT \"a\")) (STRING (TEXT \"b\"))))"},
    {"[(1) (2)]", "(ARRAY (ROW (NUMBER 1) (NUMBER 2)))"},
    {"[‖x‖ ‖y‖]", "(ARRAY (ROW (NORM (NAME x)) (NORM (NAME y))))"},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* The dump of the statements of [text]. */
static void dump(const char *text, Text *out) {
  SymbolTable symbols = {0};
  Source *source = source_new("", text, strlen(text));
  Tree *tree;
  Report report;
  text_string(out, "");
  if (parse(source, &symbols, &tree, &report) == PARSE_OK)
    for (uint32_t i = 0; i < tree->program->count; i++) {
      text_string(out, i ? " " : "");
      ast_dump(tree->program->child[i], out);
    }
  else report_render(&report, false, out);
  tree_release(tree);
  report_clear(&report);
  source_release(source);
  symbol_table_free(&symbols);
}

Test(parser, every_form_gives_its_tree) {
  for (size_t row = 0; row < COUNT(trees); row++) {
    Text out = {0};
    dump(trees[row].source, &out);
    cr_expect_str_eq(out.bytes, trees[row].tree, "%s\n  %s\n  %s", trees[row].source, out.bytes,
                     trees[row].tree);
    text_free(&out);
  }
}

static void check_spans(const Node *node, const Node *parent, const char *text) {
  cr_expect_leq(node->span.start, node->span.end, "%s in %s", node_kind_name[node->kind], text);
  cr_expect(parent->span.start <= node->span.start && node->span.end <= parent->span.end,
            "%s [%u, %u) is not inside %s [%u, %u) of %s", node_kind_name[node->kind],
            node->span.start, node->span.end, node_kind_name[parent->kind], parent->span.start,
            parent->span.end, text);
  uint32_t height = 0;
  for (uint32_t i = 0; i < node->count; i++) {
    if (!node->child[i]) continue;
    check_spans(node->child[i], node, text);
    if (node->child[i]->height > height) height = node->child[i]->height;
  }
  cr_expect_eq(node->height, height + 1, "%s in %s", node_kind_name[node->kind], text);
}

Test(parser, every_span_lies_inside_its_parent) {
  for (size_t row = 0; row < COUNT(trees); row++) {
    SymbolTable symbols = {0};
    Source *source = source_new("", trees[row].source, strlen(trees[row].source));
    Tree *tree;
    Report report;
    cr_assert_eq(parse(source, &symbols, &tree, &report), PARSE_OK);
    check_spans(tree->program, tree->program, trees[row].source);
    tree_release(tree);
    source_release(source);
    symbol_table_free(&symbols);
  }
}

Test(parser, spans_are_exact) {
  static const struct {
    const char *source;
    int path[4];
    const char *text;
  } rows[] = {
      {" x + (y * z) ", {0, -1}, "x + (y * z)"},
      {" x + (y * z) ", {0, 1, -1}, "(y * z)"},
      {"f(a, b + 1)[2]'", {0, 0, 0, -1}, "f(a, b + 1)"},
      {"f(a, b + 1)[2]'", {0, 0, -1}, "f(a, b + 1)[2]"},
      {"a; f'(x) + 2", {1, 0, -1}, "f'(x)"},
      {"a; f'(x) + 2", {1, 0, 1, -1}, "(x)"},
      {"x = [1 -2]", {0, 1, 0, -1}, "1 -2"},
      {"for i in 1:3\n i\nend ", {0, -1}, "for i in 1:3\n i\nend"},
      {"if a\n b\nelse\n c\nend", {0, 2, -1}, "c"},
      {"x² + 1", {0, 0, 1, -1}, "²"},
      {"\"a{x:.2f}b\"", {0, 1, -1}, "{x:.2f}"},
      {"argmin x over x from 1, 2", {0, 2, -1}, "1, 2"},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    SymbolTable symbols = {0};
    Source *source = source_new("", rows[row].source, strlen(rows[row].source));
    Tree *tree;
    Report report;
    cr_assert_eq(parse(source, &symbols, &tree, &report), PARSE_OK, "%s", rows[row].source);
    const Node *node = tree->program;
    for (int step = 0; rows[row].path[step] >= 0; step++) node = node->child[rows[row].path[step]];
    size_t length = node->span.end - node->span.start;
    cr_expect(length == strlen(rows[row].text) &&
                  memcmp(source->text + node->span.start, rows[row].text, length) == 0,
              "%s: %.*s is not %s", rows[row].source, (int)length, source->text + node->span.start,
              rows[row].text);
    tree_release(tree);
    source_release(source);
    symbol_table_free(&symbols);
  }
}

Test(parser, a_semicolon_makes_a_statement_quiet) {
  SymbolTable symbols = {0};
  Source *source = source_new("", "a; b\nc ;\nd", 10);
  Tree *tree;
  Report report;
  cr_assert_eq(parse(source, &symbols, &tree, &report), PARSE_OK);
  static const bool quiet[] = {true, false, true, false};
  cr_assert_eq(tree->program->count, 4);
  for (uint32_t i = 0; i < 4; i++) cr_expect_eq(tree->program->child[i]->quiet, quiet[i]);
  tree_release(tree);
  source_release(source);
  symbol_table_free(&symbols);
}

Test(parser, only_the_comment_directly_above_a_definition_is_its_help) {
  static const struct {
    const char *source, *help;
  } rows[] = {
      {"# one\n#two\nf(x) = x", "one\ntwo"}, {"# one\n\nf(x) = x", ""},
      {"#!/usr/bin/env mml\nf(x) = x", ""},  {"#!/usr/bin/env mml\n# a\nf(x) = x", "a"},
      {"a = 3 # no\nf(x) = x", ""},          {"  #   b \n  f(x) = x", "  b "},
      {"# a\r\n# b\r\nf(x) = x", "a\nb"},    {"# a\n#\n# b\nf(x) = x", "a\n\nb"},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    SymbolTable symbols = {0};
    Source *source = source_new("", rows[row].source, strlen(rows[row].source));
    Tree *tree;
    Report report;
    cr_assert_eq(parse(source, &symbols, &tree, &report), PARSE_OK);
    const Node *define = tree->program->child[tree->program->count - 1];
    cr_assert_eq(define->kind, NODE_DEFINE);
    cr_expect(define->length == strlen(rows[row].help) &&
                  memcmp(define->text ? define->text : "", rows[row].help, define->length) == 0,
              "%s", rows[row].source);
    tree_release(tree);
    source_release(source);
    symbol_table_free(&symbols);
  }
}

Test(parser, one_expression_is_parsed_alone) {
  SymbolTable symbols = {0};
  static const struct {
    const char *source;
    ParseStatus status;
  } rows[] = {{" 1 + y*y\n", PARSE_OK},
              {"1; 2", PARSE_ERROR},
              {"x = 3", PARSE_ERROR},
              {"1 +", PARSE_INCOMPLETE},
              {"", PARSE_INCOMPLETE}};
  for (size_t row = 0; row < COUNT(rows); row++) {
    Source *source = source_new("", rows[row].source, strlen(rows[row].source));
    Tree *tree;
    Report report;
    cr_expect_eq(parse_expression(source, &symbols, &tree, &report), rows[row].status, "%s",
                 rows[row].source);
    if (tree) cr_expect(tree->program->kind == NODE_BLOCK && tree->program->count == 1);
    tree_release(tree);
    report_clear(&report);
    source_release(source);
  }
  symbol_table_free(&symbols);
}
