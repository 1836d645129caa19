/* unknown.c - what is said to a name that means nothing: what is near it, what it is called here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/unknown.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "machine/session.h"
#include "syntax/lexer.h"

static void offer_names(Session *s, Suggestion *suggestion) {
  for (uint32_t i = 0; i < s->symbols.count; i++) {
    const Binding *b = i < s->binding_count ? &s->binding[i] : NULL;
    bool known = b && (b->value.kind != VALUE_NOTHING || b->builtin.kind != VALUE_NOTHING);
    if (!known && !s->symbols.symbol[i]->library) continue;
    const char *name = s->symbols.symbol[i]->name;
    if (name[strlen(name) - 1] != '_') suggestion_offer(suggestion, name);
  }
  for (const LexerWord *word = lexer_words; word->spelling; word++)
    suggestion_offer(suggestion, word->spelling);
}

static bool is_positional(ValueKind kind) {
  return kind == VALUE_ARRAY || kind == VALUE_RANGE || kind == VALUE_TUPLE;
}

/* What the running function has under this name, or nothing: boxed arguments arrive side by side.
 */
static Value running_value(const Session *s, const Symbol *name) {
  const Frame *frame = s->depth ? &s->frame[s->depth - 1] : NULL;
  const Prototype *p = frame ? frame->code->prototype : NULL;
  uint32_t boxed = 0;
  for (uint32_t i = 0; p && !p->is_unit && i < p->parameter_count; i++) {
    Type type = frame->code->signature[p->capture_count + i];
    if (type != TYPE_ARRAY && type != TYPE_ANY) continue;
    if (p->local[i] == name) return s->value[frame->value_base + boxed];
    boxed++;
  }
  return value_nothing();
}

static bool has_positions(Session *s, const char *name, size_t length) {
  const Symbol *symbol = symbol_find(&s->symbols, name, length);
  return symbol && (is_positional((ValueKind)session_lookup(s, symbol).kind) ||
                    is_positional((ValueKind)running_value(s, symbol).kind));
}

size_t unknown_base(const char *name) {
  size_t length = strlen(name), base = length;
  const char *underscore = strrchr(name, '_');
  if (underscore && underscore[1]) return (size_t)(underscore - name);
  while (base > 0 && name[base - 1] >= '0' && name[base - 1] <= '9') base--;
  return base < length ? base : 0;
}

/* x_2, x2 where x is a vector. */
static void advise_position(Session *s, Report *r, const char *name) {
  size_t base = unknown_base(name);
  if (base > 0 && has_positions(s, name, base))
    report_advise(r, "%.*s[%s]", (int)base, name, name + base + (name[base] == '_'));
}

enum {
  NAME_SUGGESTED = 48
}; /* nobody meant a longer name, and looking for near ones takes its square */

/* Something that can be multiplied: no function. */
static bool is_factor(Session *s, const char *name, size_t length) {
  const Symbol *symbol = symbol_find(&s->symbols, name, length);
  Value v = symbol ? session_lookup(s, symbol) : value_nothing();
  return v.kind == VALUE_NUMBER || v.kind == VALUE_ARRAY;
}

/* xy when x and y exist: paper's product. */
static bool is_product_of_names(Session *s, const char *name, char *advice, size_t size) {
  size_t length = strlen(name);
  if (length > NAME_SUGGESTED) return false;
  for (size_t k = 1; k < length; k++) {
    if (((unsigned char)name[k] & 0xC0) == 0x80) continue;
    if (!is_factor(s, name, k) || !is_factor(s, name + k, length - k)) continue;
    snprintf(advice, size, "%.*s*%s", (int)k, name, name + k);
    return true;
  }
  return false;
}

/* What users of other languages type. Advice with … or a sentence in ( ) is not meant to be pasted.
 */
const ForeignName foreign_names[] = {
    {"True", "true"},
    {"False", "false"},
    {"TRUE", "true"},
    {"FALSE", "false"},
    {"None", "(a body without a value gives nothing)"},
    {"NULL", "(a body without a value gives nothing)"},
    {"NaN", "nan"},
    {"NA", "nan"},
    {"Inf", "inf"},
    {"Infinity", "inf"},
    {"infty", "inf"},
    {"oo", "inf"},
    {"np", "dot(a, b)  (builtins need no prefix)"},
    {"numpy", "inv(A)  (builtins need no prefix)"},
    {"math", "sin(x)  (builtins need no prefix)"},
    {"Math", "sin(x)  (builtins need no prefix)"},
    {"torch", "randn(2, 3)  (builtins need no prefix)"},
    {"len", "length(v)"},
    {"numel", "length(v)"},
    {"nrow", "size(A)[1]"},
    {"ncol", "size(A)[2]"},
    {"dim", "size(A)"},
    {"shape", "size(A)"},
    {"lambda_x", "x -> …"},
    {"power", "x^y"},
    {"sqr", "x^2"},
    {"square", "x^2"},
    {"ceiling", "ceil(x)"},
    {"trunc", "floor(x)"},
    {"lg", "log10(x)"},
    {"tg", "tan(x)"},
    {"tang", "tan(x)"},
    {"ctg", "1/tan(x)"},
    {"cot", "1/tan(x)"},
    {"sec", "1/cos(x)"},
    {"csc", "1/sin(x)"},
    {"arcsin", "asin(x)"},
    {"arccos", "acos(x)"},
    {"arctan", "atan(x)"},
    {"arctg", "atan(x)"},
    {"sgn", "sign(x)"},
    {"sind", "sin(30deg)"},
    {"cosd", "cos(30deg)"},
    {"deg", "30deg  (tight behind a number)"},
    {"degrees", "30deg  (tight behind a number)"},
    {"radians", "30deg  (tight behind a number)"},
    {"deg2rad", "30deg  (tight behind a number)"},
    {"nCr", "binomial(n, k)"},
    {"choose", "binomial(n, k)"},
    {"binom", "binomial(n, k)"},
    {"nchoosek", "binomial(n, k)"},
    {"comb", "binomial(n, k)"},
    {"fact", "n!"},
    {"arange", "a:step:b"},
    {"range", "1:n"},
    {"seq", "1:n"},
    {"rep", "k*ones(n)"},
    {"c", "[1, 2, 3]"},
    {"array", "[1, 2, 3]"},
    {"list", "[1, 2, 3]"},
    {"matrix", "[1, 2; 3, 4]"},
    {"Matrix", "[1, 2; 3, 4]"},
    {"identity", "eye(n)"},
    {"I", "eye(n)"},
    {"append", "[v; 4]"},
    {"push", "[v; 4]"},
    {"concat", "[v; w]"},
    {"concatenate", "[v; w]"},
    {"hstack", "[v, w]"},
    {"horzcat", "[v, w]"},
    {"cbind", "[v, w]"},
    {"vstack", "[v; w]"},
    {"vertcat", "[v; w]"},
    {"rbind", "[v; w]"},
    {"clear", "clear x  (one name at a time)"},
    {"elif", "elseif"},
    {"transpose", "A'"},
    {"matmul", "A*B"},
    {"mul", "A*B"},
    {"inverse", "inv(A)"},
    {"eigenvalues", "eigvals(A)"},
    {"eigenvals", "eigvals(A)"},
    {"determinant", "det(A)"},
    {"dotproduct", "dot(v, w)"},
    {"inner", "dot(v, w)"},
    {"length2", "norm(v)"},
    {"magnitude", "norm(v)"},
    {"average", "mean(v)"},
    {"avg", "mean(v)"},
    {"sd", "std(v)"},
    {"stdev", "std(v)"},
    {"variance", "var(v)"},
    {"lm", "regress(y ~ x, d)"},
    {"polyfit", "regress(y ~ x + x^2)"},
    {"read_csv", "read(\"data.csv\")"},
    {"csvread", "read(\"data.csv\")"},
    {"map", "f.(v)"},
    {"sapply", "f.(v)"},
    {"apply", "f.(v)"},
    {"arrayfun", "f.(v)"},
    {"filter", "v[v .> 0]"},
    {"int", "integrate(f, 0, 1)"},
    {"integral", "integrate(f, 0, 1)"},
    {"quad", "integrate(f, 0, 1)"},
    {"lim", "limit(f, 0)"},
    {"fzero", "root(f, a, b)"},
    {"uniroot", "root(f, a, b)"},
    {"nsolve", "root(f, a, b)"},
    {"fminsearch", "argmin(f, x0)"},
    {"fminunc", "argmin(f, x0)"},
    {"optim", "argmin(f, x0)"},
    {"fmincon", "minimize f(x) over x s.t. …"},
    {"ode45", "ode((t, y) -> -y, y0, ts)"},
    {"solve_ivp", "ode((t, y) -> -y, y0, ts)"},
    {"grad", "gradient(f, p)"},
    {"deriv", "f'"},
    {"disp", "print(x)"},
    {"println", "print(x)"},
    {"echo", "print(x)"},
    {"cat", "print(x)"},
    {"puts", "print(x)"},
    {"printf", "print(\"{x:.3f}\")"},
    {"sprintf", "\"{x:.3f}\""},
    {"fprintf", "print(\"{x:.3f}\")"},
    {"str", "\"{x}\""},
    {"num2str", "\"{x}\""},
    {"string", "\"{x}\""},
    {"strcat", "\"{s}{x}\""},
    {"paste", "\"{s}{x}\""},
    {"import", "(everything is already there)"},
    {"def", "f(x) = …"},
    {"function", "f(x) = …"},
    {"let", "x = 3"},
    {"exit", ":quit  (at the prompt)"},
    {"quit", ":quit  (at the prompt)"},
    {"who", ":vars  (at the prompt)"},
    {"whos", ":vars  (at the prompt)"},
    {"ls", ":vars  (at the prompt)"},
    {"clc", "(Ctrl-L clears the screen)"},
    {"cls", "(Ctrl-L clears the screen)"},
    {"load", ":load FILE  (at the prompt)"},
    {"source", ":load FILE  (at the prompt)"},
};
const size_t foreign_name_count = sizeof foreign_names / sizeof *foreign_names;

/* A^T: the power whose exponent the name is. */
static const Node *power_of(const Node *node, const Node *exponent) {
  if (!node) return NULL;
  if (node->kind == NODE_BINARY && node->op == OP_POWER && node->child[1] == exponent) return node;
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *power = power_of(node->child[i], exponent);
    if (power) return power;
  }
  return NULL;
}

static void advise_transpose(Session *s, Report *r, const Symbol *name) {
  if (s->origin || !s->depth || (strcmp(name->name, "T") != 0 && strcmp(name->name, "t") != 0))
    return;
  const Node *power = power_of(s->frame[s->depth - 1].code->prototype->node, session_origin(s));
  const Source *source = session_source(s);
  if (!power || power->child[0]->span.end - power->child[0]->span.start > 100) return;
  Span base = power->child[0]->span;
  r->label[0].span = power->span;
  report_advise(r, "%.*s'", (int)(base.end - base.start), source->text + base.start);
}

/* nofile.csv without quotes: what is behind the name is the ending of a file. */
static bool is_file_name(Session *s, char *advice, size_t size) {
  static const char *const endings[] = {".csv", ".tsv", ".txt", ".dat"};
  const Node *node = session_origin(s);
  const Source *source = session_source(s);
  if (!node || !source || node->kind != NODE_NAME) return false;
  const char *rest = source->text + node->span.end;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t length = strlen(endings[i]);
    if (source->length - node->span.end < length || strncmp(rest, endings[i], length) != 0)
      continue;
    snprintf(advice, size, "\"%s%s\"  (a file is named by a text)", node->symbol->name, endings[i]);
    return true;
  }
  return false;
}

/* The smallest call around [span] whose first argument it is in. */
static const Node *call_around(const Node *node, Span span) {
  if (!node || span.start < node->span.start || span.end > node->span.end) return NULL;
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *inner = call_around(node->child[i], span);
    if (inner) return inner;
  }
  bool call = node->kind == NODE_CALL && node->count > 1 && node->child[0]->kind == NODE_NAME;
  if (!call || span.start < node->child[1]->span.start || span.end > node->child[1]->span.end)
    return NULL;
  return node;
}

/* integrate(x^2, 0, 1): the name is the variable of a function that should be written with ->. */
static void advise_arrow(Session *s, Report *r, const Symbol *name) {
  if (s->origin || !s->depth) return;
  const Node *node = session_origin(s);
  const Source *source = session_source(s);
  const Prototype *p = s->frame[s->depth - 1].code->prototype;
  const Node *call = node && node->kind == NODE_NAME ? call_around(p->node, node->span) : NULL;
  if (!call || p->is_library || call->child[1]->kind == NODE_NAME ||
      call->span.end - call->span.start > 100)
    return;
  Value callee = session_lookup(s, call->child[0]->symbol);
  const Function *f = callee.kind == VALUE_FUNCTION ? (Function *)callee.object : NULL;
  bool takes_function = f && f->function_kind == FUNCTION_PRIMITIVE &&
                        strncasecmp(f->primitive->parameters, "(f", 2) == 0 &&
                        strncmp(f->primitive->parameters, "(formula", 8) != 0;
  if (!takes_function) return;
  Span first = call->child[1]->span;
  const char *text = source->text;
  report_advise(r, "%.*s%s -> %.*s", (int)(first.start - call->span.start), text + call->span.start,
                name->name, (int)(call->span.end - first.start), text + first.start);
}

_Noreturn void session_fail_unknown(Session *s, const Symbol *name) {
  Report *r = failure(s, "unknown name %s", name->name);
  char advice[120];
  if (is_product_of_names(s, name->name, advice, sizeof advice)) report_advise(r, "%s", advice);
  for (size_t i = 0; r->advice_count == 0 && i < foreign_name_count; i++)
    if (strcmp(foreign_names[i].name, name->name) == 0)
      report_advise(r, "%s", foreign_names[i].advice);
  advise_transpose(s, r, name);
  advise_arrow(s, r, name);
  if (is_file_name(s, advice, sizeof advice)) report_advise(r, "%s", advice);
  size_t length = strlen(name->name);
  advise_position(s, r, name->name);
  if (r->advice_count == 0 && length > 1 && length <= NAME_SUGGESTED) {
    Suggestion suggestion;
    suggestion_start(&suggestion, name->name);
    offer_names(s, &suggestion);
    if (suggestion.best) report_advise(r, "%s", suggestion.best);
  }
  raise_failure(s, r);
}

_Noreturn void session_fail_unset(Session *s, const Symbol *name) {
  if (s->depth && s->frame[s->depth - 1].code->prototype->is_unit) session_fail_unknown(s, name);
  fail(s, "%s has no value yet on this path", name->name);
}
