/* test_unparse.c - tree to text, and back to an equal tree.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "trees.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Prints [text] in canonical spelling and checks that the result has the same tree and spelling. */
static void canonical(SymbolTable *symbols, const char *text, Text *out) {
  text_string(out, "");
  Tree *tree = program_tree(symbols, text);
  if (!tree) return;
  Text before = {0}, after = {0}, again = {0};
  unparse(tree->program, tree->source, out);
  ast_dump(tree->program, &before);
  Tree *second = program_tree(symbols, out->bytes);
  if (second) {
    ast_dump(second->program, &after);
    unparse(second->program, second->source, &again);
    cr_expect_str_eq(after.bytes, before.bytes, "%s became %s", text, out->bytes);
    cr_expect_str_eq(again.bytes, out->bytes, "%s", text);
  }
  tree_release(tree);
  tree_release(second);
  text_free(&before);
  text_free(&after);
  text_free(&again);
}

Test(unparse, canonical_spelling) {
  static const char *const rows[][2] = {
      {"f(x)=x^2*sin(x)", "f(x) = x^2*sin(x)"},
      {"r(x,y) = (1-x)^2+100(y-x^2)^2", "r(x, y) = (1 - x)^2 + 100(y - x^2)^2"},
      {"x²+2x", "x^2 + 2x"},
      {"((x))", "x"},
      {"(a*b)*c", "a*b*c"},
      {"a*(b*c)", "a*(b*c)"},
      {"a-(b-c)", "a - (b - c)"},
      {"(a^b)^c", "(a^b)^c"},
      {"a^(b^c)", "a^b^c"},
      {"(-a)^2", "(-a)^2"},
      {"-(a^2)", "-a^2"},
      {"-(-a)", "-(-a)"},
      {"2^-(x)", "2^-x"},
      {"2^-(-x)", "2^-(-x)"},
      {"2^(-x*y)", "2^(-x*y)"},
      {"e^(2x)", "e^(2x)"},
      {"e^-(2x)", "e^(-2x)"},
      {"a/(2x)", "a/(2x)"},
      {"a/(-2x)", "a/(-2x)"},
      {"2x/3", "2x/3"},
      {"√(x^2)", "√(x^2)"},
      {"(√x)^2", "(√x)^2"},
      {"√(2x)", "√(2x)"},
      {"2√3", "2√3"},
      {"2(3)", "2(3)"},
      {"2(e5)", "2(e5)"},
      {"2(i)", "2(i)"},
      {"0(x)", "0(x)"},
      {"0x1f(x)", "0x1f(x)"},
      {"2(e)", "2e"},
      {"2(-x)", "2(-x)"},
      {"2((x))", "2x"},
      {"(x)(y)", "(x)y"},
      {"(x)(y)(z)", "(x)(y)z"},
      {"2(x)(y)", "2(x)y"},
      {"A'B'C", "A'B'C"},
      {"A'(x)", "A'(x)"},
      {"f'(1,2)", "f'(1, 2)"},
      {"f'((1,2))", "f'((1, 2))"},
      {"(f')'", "f''"},
      {"(A*B)'", "(A*B)'"},
      {"(1:3)'", "(1:3)'"},
      {"∇f(p)", "∇f(p)"},
      {"(∇f)'", "(∇f)'"},
      {"∇(f')", "∇(f')"},
      {"(∇r).f", "(∇r).f"},
      {"2‖x‖", "2‖x‖"},
      {"‖2(‖x‖)‖", "‖2(‖x‖)‖"},
      {"A\\b", "A \\ b"},
      {"x.*y.^2", "x.*y.^2"},
      {"2. ^x", "2^x"},
      {"a .+ b", "a .+ b"},
      {"[1 2;3 4]", "[1, 2; 3, 4]"},
      {"[1-2]", "[(1 - 2)]"},
      {"[([1, 2]), ([3, 4])]", "[([1, 2]), ([3, 4])]"},
      {"[i^2 for i in 1:5 if i>2]", "[i^2 for i in 1:5 if i > 2]"},
      {"A[1,:]", "A[1, :]"},
      {"v[end-1]", "v[end - 1]"},
      {"\"a{x:.2f}\\n{(1:3)}\\{\"", "\"a{x:.2f}\\n{(1:3)}\\{\""},
      {"{x^2 if x<0;x otherwise}", "{x^2 if x < 0; x otherwise}"},
      {"if a then b else if c then d else e", "if a then b elseif c then d else e"},
      {"(x -> x^2)(3)", "(x -> x^2)(3)"},
      {"(x)->x", "x -> x"},
      {"(x,y=2)->x", "(x, y = 2) -> x"},
      {"not (a and b)", "not (a and b)"},
      {"(not a) and b", "not a and b"},
      {"a < b <= c", "a < b <= c"},
      {"(a < b) == c", "(a < b) == c"},
      {"1:(2:3)", "1:(2:3)"},
      {"x |> f |> g", "x |> f |> g"},
      {"y ~ x + (a - b)", "y ~ x + (a - b)"},
      {"y ~ (a - b) + x", "y ~ (a - b) + x"},
      {"a, b = 1, 2", "a, b = 1, 2"},
      {"x[1].y += 3", "x[1].y += 3"},
      {"argmin f(x) over x,y in R^2,R from 1,2 s.t. x>=0 using gd(eta=0.1)",
       "argmin f(x) over x in R^2, y in R from 1, 2 s.t. x >= 0 using gd(eta = 0.1)"},
      {"x = (argmin f(x) over x) + 1", "x = (argmin f(x) over x) + 1"},
      {"f(w in R^3, X in R^(n,3)) = w", "f(w in R^3, X in R^(n,3)) = w"},
      {"1e-3 + 0x1F + .5 + 1_000 + 30deg + 2i", "1e-3 + 0x1F + .5 + 1_000 + 30deg + 2i"},
      {"a = +2", "a = (+2)"},
      {"true != false", "true != false"},
      {"A⁻¹b + Aᵀ + n!", "A⁻¹b + Aᵀ + n!"},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    SymbolTable symbols = {0};
    Text out = {0};
    canonical(&symbols, rows[row][0], &out);
    cr_expect_str_eq(out.bytes, rows[row][1], "%s became %s", rows[row][0], out.bytes);
    text_free(&out);
    symbol_table_free(&symbols);
  }
}

Test(unparse, blocks_are_laid_out_over_lines) {
  SymbolTable symbols = {0};
  Text out = {0};
  canonical(&symbols,
            "f(w) = do; s = 0; for i in 1:3; if w[i] > 0; s += w[i]; elseif s; break; else; "
            "continue; end; end; "
            "while s > 1 do s /= 2 end; return s; end",
            &out);
  cr_expect_str_eq(out.bytes,
                   "f(w) = do\n"
                   "  s = 0\n"
                   "  for i in 1:3\n"
                   "    if w[i] > 0\n"
                   "      s += w[i]\n"
                   "    elseif s\n"
                   "      break\n"
                   "    else\n"
                   "      continue\n"
                   "    end\n"
                   "  end\n"
                   "  while s > 1\n"
                   "    s /= 2\n"
                   "  end\n"
                   "  return s\n"
                   "end",
                   "%s", out.bytes);
  text_free(&out);
  canonical(&symbols, "\"{(x -> do; y = x; y; end)(3)}\"", &out);
  text_free(&out);
  canonical(&symbols, "g(x -> do\n  y = x\n  y\nend, 2)", &out);
  cr_expect_str_eq(out.bytes, "g(x -> do\n  y = x\n  y\nend, 2)");
  text_free(&out);
  symbol_table_free(&symbols);
}

Test(unparse, the_highest_tree_is_printed) {
  SymbolTable symbols = {0};
  Text sum = {0}, out = {0};
  for (int terms = 0; terms < PARSE_HEIGHT - 2; terms++) text_string(&sum, "1 + ");
  text_string(&sum, "1");
  canonical(&symbols, sum.bytes, &out);
  cr_expect_str_eq(out.bytes, sum.bytes);
  text_free(&sum);
  text_free(&out);
  symbol_table_free(&symbols);
}

Test(unparse, numbers_without_a_spelling_print_their_shortest_form) {
  static const struct {
    double value;
    const char *text;
  } rows[] = {
      {0.1, "0.1"}, {3, "3"}, {-2, "-2"}, {1e300, "1e+300"}, {1.0 / 3, "0.3333333333333333"}};
  for (size_t row = 0; row < COUNT(rows); row++) {
    Node number = {.kind = NODE_NUMBER, .number = rows[row].value};
    Text out = {0};
    unparse(&number, NULL, &out);
    cr_expect_str_eq(out.bytes, rows[row].text, "%s", out.bytes);
    text_free(&out);
  }
  Node negative = {.kind = NODE_NUMBER, .number = -2}, two = {.kind = NODE_NUMBER, .number = 2};
  Node *pair[2] = {&negative, &two};
  Node power = {.kind = NODE_BINARY, .op = OP_POWER, .count = 2, .child = pair};
  Text out = {0};
  unparse(&power, NULL, &out);
  cr_expect_str_eq(out.bytes, "(-2)^2");
  text_free(&out);
}
