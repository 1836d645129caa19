/* typeset_call.c - calls as LaTeX: functions that paper has a notation for, sums over something.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "syntax/typesetter.h"

/* A form is LaTeX in which #1 is the first argument, $1 the same held together for an exponent, %1
 * for a product, and < > stand where \left and \right go if what is between them is tall. */
typedef struct Form {
  const char *name;
  uint32_t arguments;
  uint8_t bond;
  const char *form;
} Form;

static const Form forms[] = {
    {"sqrt", 1, BOND_ATOM, "\\sqrt{#1}"},
    {"cbrt", 1, BOND_ATOM, "\\sqrt[3]{#1}"},
    {"abs", 1, BOND_ATOM, "<\\lvert #1>\\rvert"},
    {"norm", 1, BOND_ATOM, "<\\lVert #1>\\rVert"},
    {"norm", 2, BOND_ATOM, "<\\lVert #1>\\rVert_{#2}"},
    {"floor", 1, BOND_ATOM, "<\\lfloor #1>\\rfloor"},
    {"ceil", 1, BOND_ATOM, "<\\lceil #1>\\rceil"},
    {"dot", 2, BOND_ATOM, "<\\langle #1, #2>\\rangle"},
    {"factorial", 1, BOND_RAISED, "$1!"},
    {"binomial", 2, BOND_FACTOR, "\\binom{#1}{#2}"},
    {"pow", 2, BOND_RAISED, "$1^{#2}"},
    {"conj", 1, BOND_ATOM, "\\overline{#1}"},
    {"inv", 1, BOND_RAISED, "$1^{-1}"},
    {"pinv", 1, BOND_RAISED, "$1^{+}"},
    {"solve", 2, BOND_PRODUCT, NULL}, /* as A \ b */
    {"expm", 1, BOND_RAISED, "e^{#1}"},
    {"cross", 2, BOND_PRODUCT, "%1 \\times %2"},
    {"kron", 2, BOND_PRODUCT, "%1 \\otimes %2"},
    {"gradient", 1, BOND_RAISED, "\\nabla $1"},
    {"gradient", 2, BOND_ATOM, "\\nabla $1<(#2>)"},
    {"gradient", 3, BOND_ATOM, "\\nabla $1<(#2, #3>)"},
    {"hessian", 1, BOND_RAISED, "\\nabla^{2} $1"},
    {"hessian", 2, BOND_ATOM, "\\nabla^{2} $1<(#2>)"},
    {"hessian", 3, BOND_ATOM, "\\nabla^{2} $1<(#2, #3>)"},
    {"jacobian", 1, BOND_ATOM, "J_{#1}"},
    {"jacobian", 2, BOND_ATOM, "J_{#1}<(#2>)"},
    {"laplacian", 1, BOND_RAISED, "\\Delta $1"},
    {"laplacian", 2, BOND_ATOM, "\\Delta $1<(#2>)"},
    {"directional", 3, BOND_ATOM, "D_{#3} $1<(#2>)"},
    {"derivative", 1, BOND_RAISED, "$1'"},
    {"derivative", 2, BOND_ATOM, "$1'<(#2>)"},
    {"derivative", 3, BOND_ATOM, "$1^{(#3)}<(#2>)"},
};

/* What a builtin is called in print; [raised] where paper writes \sin^{2}(x). All others are
 * \operatorname{…}. */
static const struct Sign {
  const char *name, *latex;
  bool raised;
} signs[] = {
    {"exp", "\\exp", false},
    {"log", "\\log", true},
    {"ln", "\\ln", true},
    {"log10", "\\log_{10}", false},
    {"log2", "\\log_{2}", false},
    {"sin", "\\sin", true},
    {"cos", "\\cos", true},
    {"tan", "\\tan", true},
    {"asin", "\\arcsin", false},
    {"acos", "\\arccos", false},
    {"atan", "\\arctan", false},
    {"sinh", "\\sinh", true},
    {"cosh", "\\cosh", true},
    {"tanh", "\\tanh", true},
    {"asinh", "\\operatorname{arsinh}", false},
    {"acosh", "\\operatorname{arcosh}", false},
    {"atanh", "\\operatorname{artanh}", false},
    {"gammafn", "\\Gamma", false},
    {"betafn", "\\mathrm{B}", false},
    {"loggamma", "\\log\\Gamma", false},
    {"digamma", "\\psi", false},
    {"max", "\\max", false},
    {"min", "\\min", false},
    {"gcd", "\\gcd", false},
    {"det", "\\det", false},
    {"trace", "\\operatorname{tr}", false},
    {"real", "\\operatorname{Re}", false},
    {"imag", "\\operatorname{Im}", false},
    {"arg", "\\arg", false},
    {"Σ", "\\Sigma", false},
    {"Π", "\\Pi", false},
};

/* Functions that take a generator as a sign with bounds. */
static const struct Big {
  const char *name, *latex;
  bool ends; /* the bounds stand below and above, not both below */
} bigs[] = {
    {"sum", "\\sum", true},
    {"Σ", "\\sum", true},
    {"prod", "\\prod", true},
    {"Π", "\\prod", true},
    {"max", "\\max", false},
    {"min", "\\min", false},
    {"mean", "\\operatorname*{mean}", false},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void string(Typesetter *ts, const char *text) { text_string(ts->out, text); }

/* ---- finding notation ---- */

/* The name of the builtin that is called, or NULL. */
static const char *builtin_called(const Typesetter *ts, const Node *call) {
  const Node *callee = call->child[0];
  if (callee->kind != NODE_NAME || typeset_owns(ts, callee->symbol)) return NULL;
  TypesetMeaning meaning = typeset_meaning(ts, callee->symbol);
  return meaning == TYPESET_BUILTIN || !ts->scope ? callee->symbol->key : NULL;
}

static bool plain_arguments(const Node *call) {
  for (uint32_t i = 1; i < call->count; i++)
    if (call->child[i]->kind == NODE_NAMED || call->child[i]->kind == NODE_GENERATED) return false;
  return true;
}

static const Form *form_of(const Typesetter *ts, const Node *call) {
  const char *name = call->kind == NODE_CALL ? builtin_called(ts, call) : NULL;
  if (!name || !plain_arguments(call)) return NULL;
  for (size_t row = 0; row < COUNT(forms); row++)
    if (forms[row].arguments + 1 == call->count && strcmp(forms[row].name, name) == 0)
      return &forms[row];
  return NULL;
}

static const struct Sign *sign_of(const char *name) {
  for (size_t row = 0; name && row < COUNT(signs); row++)
    if (strcmp(signs[row].name, name) == 0) return &signs[row];
  return NULL;
}

static bool is_generated(const Node *call) {
  return call->kind == NODE_CALL && call->count == 2 && call->child[1]->kind == NODE_GENERATED;
}

static const struct Big *big_of(const Typesetter *ts, const Node *call) {
  const char *name = is_generated(call) ? builtin_called(ts, call) : NULL;
  for (size_t row = 0; name && row < COUNT(bigs); row++)
    if (strcmp(bigs[row].name, name) == 0) return &bigs[row];
  return NULL;
}

static bool is_from_one(const Node *bind) {
  const Node *over = bind->child[bind->count - 1];
  return bind->count == 2 && over->kind == NODE_RANGE && !over->child[2] &&
         over->child[0]->kind == NODE_NUMBER && over->child[0]->number == 1;
}

/* mean(… for i in 1:n) is \frac{1}{n} \sum. */
static bool is_mean(const Typesetter *ts, const Node *call) {
  const char *name = is_generated(call) ? builtin_called(ts, call) : NULL;
  if (!name || strcmp(name, "mean") != 0) return false;
  const Node *generator = call->child[1]->child[1];
  return generator->count == 2 && !generator->child[1] && is_from_one(generator->child[0]);
}

/* integrate(f, a, b) and limit(f, a), of a lambda of one number or something with a name. */
static bool is_over_variable(const Typesetter *ts, const Node *call, const char *wanted,
                             uint32_t arguments) {
  const char *name = call->kind == NODE_CALL ? builtin_called(ts, call) : NULL;
  if (!name || strcmp(name, wanted) != 0) return false;
  if (call->count != arguments + 1 || !plain_arguments(call)) return false;
  const Node *f = call->child[1];
  if (f->kind != NODE_LAMBDA) return typeset_is_function(ts, f) || f->kind == NODE_NAME;
  return f->count == 2 && f->child[1]->kind != NODE_DO;
}

static bool is_integral(const Typesetter *ts, const Node *call) {
  return is_over_variable(ts, call, "integrate", 3);
}

static bool is_limit(const Typesetter *ts, const Node *call) {
  return is_over_variable(ts, call, "limit", 2);
}

bool typeset_is_big(const Typesetter *ts, const Node *call) {
  return big_of(ts, call) || is_mean(ts, call) || is_integral(ts, call) || is_limit(ts, call);
}

Bond typeset_call_bond(const Typesetter *ts, const Node *call) {
  if (typeset_is_big(ts, call)) return BOND_PRODUCT;
  const Form *form = form_of(ts, call);
  return form ? (Bond)form->bond : BOND_ATOM;
}

/* ---- bounds ---- */

static void put_names(Typesetter *ts, const Node *bind) {
  bool several = bind->count > 2;
  if (several) string(ts, "(");
  for (uint32_t i = 0; i + 1 < bind->count; i++) {
    if (i) string(ts, ", ");
    typeset_put(ts, bind->child[i], BOND_NONE);
  }
  if (several) string(ts, ")");
}

static bool is_plain_range(const Node *bind) {
  const Node *over = bind->child[bind->count - 1];
  return bind->count == 2 && over->kind == NODE_RANGE && !over->child[2];
}

void typeset_membership(Typesetter *ts, const Node *bind) {
  const Node *over = bind->child[bind->count - 1];
  bool range = is_plain_range(bind);
  if (range) {
    typeset_put(ts, over->child[0], BOND_SUM);
    string(ts, " \\le ");
  }
  put_names(ts, bind);
  string(ts, range ? " \\le " : " \\in ");
  typeset_put(ts, range ? over->child[1] : over, BOND_SUM);
}

/* One variable from here to there. */
static void put_ends(Typesetter *ts, const Node *bind) {
  const Node *over = bind->child[1];
  string(ts, "_{");
  put_names(ts, bind);
  string(ts, "=");
  typeset_put(ts, over->child[0], BOND_SUM);
  string(ts, "}^{");
  typeset_put(ts, over->child[1], BOND_NONE);
  string(ts, "}");
}

/* All conditions under the sign, one under the other. */
static void put_conditions(Typesetter *ts, const Node *generator) {
  bool several = generator->count > 2 || generator->child[generator->count - 1];
  string(ts, several ? "_{\\substack{" : "_{");
  for (uint32_t i = 0; i < generator->count; i++) {
    if (!generator->child[i]) continue;
    if (i) string(ts, " \\\\ ");
    if (generator->child[i]->kind == NODE_BIND) typeset_membership(ts, generator->child[i]);
    else typeset_put(ts, generator->child[i], BOND_NONE);
  }
  string(ts, several ? "}}" : "}");
}

void typeset_bounds(Typesetter *ts, const Node *generator) {
  bool single = generator->count == 2 && !generator->child[1];
  if (single && is_plain_range(generator->child[0])) put_ends(ts, generator->child[0]);
  else put_conditions(ts, generator);
}

/* ---- big signs ---- */

static void put_body(Typesetter *ts, const Node *body) {
  size_t at = ts->out->length;
  typeset_put(ts, body, BOND_PRODUCT);
  if (ts->out->bytes[at] == '-') typeset_fence(ts, at, "(", ")");
}

/* \sum_{i=1}^{n} \sum_{j=1}^{m}, or all in one where there is a condition. */
static void put_big(Typesetter *ts, const Node *call, const struct Big *big) {
  const Node *generator = call->child[1]->child[1];
  bool filtered = generator->child[generator->count - 1];
  if (filtered || !big->ends) {
    string(ts, big->latex);
    put_conditions(ts, generator);
    string(ts, " ");
  }
  for (uint32_t i = 0; big->ends && !filtered && i + 1 < generator->count; i++) {
    const Node *bind = generator->child[i];
    string(ts, big->latex);
    if (is_plain_range(bind)) {
      put_ends(ts, bind);
    } else {
      string(ts, "_{");
      typeset_membership(ts, bind);
      string(ts, "}");
    }
    string(ts, " ");
  }
  put_body(ts, call->child[1]->child[0]);
}

static void put_mean(Typesetter *ts, const Node *call) {
  const Node *bind = call->child[1]->child[1]->child[0];
  string(ts, "\\frac{1}{");
  typeset_put(ts, bind->child[1]->child[1], BOND_NONE);
  string(ts, "} \\sum");
  put_ends(ts, bind);
  string(ts, " ");
  put_body(ts, call->child[1]->child[0]);
}

static bool mentions(const Node *node, const char *key) {
  if (node->kind == NODE_NAME && strcmp(node->symbol->key, key) == 0) return true;
  for (uint32_t i = 0; i < node->count; i++)
    if (node->child[i] && mentions(node->child[i], key)) return true;
  return false;
}

/* The variable of integrate(f, …) and limit(f, …): the lambda's, or an x that the rest leaves free.
 */
static const char *variable_of(const Node *call) {
  if (call->child[1]->kind == NODE_LAMBDA) return call->child[1]->child[0]->symbol->key;
  for (uint32_t i = 2; i < call->count; i++)
    if (mentions(call->child[i], "x")) return "t";
  return "x";
}

static void put_value_at_variable(Typesetter *ts, const Node *call) {
  const Node *f = call->child[1];
  if (f->kind == NODE_LAMBDA) {
    put_body(ts, f->child[1]);
    return;
  }
  typeset_put(ts, f, BOND_RAISED);
  text_format(ts->out, "(%s)", variable_of(call));
}

static void put_integral(Typesetter *ts, const Node *call) {
  string(ts, "\\int_{");
  typeset_put(ts, call->child[2], BOND_NONE);
  string(ts, "}^{");
  typeset_put(ts, call->child[3], BOND_NONE);
  string(ts, "} ");
  put_value_at_variable(ts, call);
  string(ts, " \\, \\mathrm{d}");
  typeset_name(variable_of(call), ts->out);
}

static void put_limit(Typesetter *ts, const Node *call) {
  string(ts, "\\lim_{");
  typeset_name(variable_of(call), ts->out);
  string(ts, " \\to ");
  typeset_put(ts, call->child[2], BOND_NONE);
  string(ts, "} ");
  put_value_at_variable(ts, call);
}

/* ---- calls ---- */

static void put_form(Typesetter *ts, const Node *call, const char *form) {
  size_t open = 0;
  char opening[16] = "";
  for (const char *at = form; *at; at++) {
    if (*at == '<') { /* the delimiter is all up to the first argument */
      size_t length = strcspn(++at, "#$%");
      assert(length < sizeof opening);
      memcpy(opening, at, length);
      opening[length] = '\0';
      if (opening[length - 1] == ' ') opening[length - 1] = '\0'; /* typeset_fence parts words */
      open = ts->out->length;
      at += length;
    }
    if (*at == '>') {
      size_t length = *++at == '\\' ? 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyzVR") : 1;
      char closing[16] = "";
      assert(length < sizeof closing);
      memcpy(closing, at, length);
      typeset_fence(ts, open, opening, closing);
      at += length - 1;
    } else if (strchr("#$%", *at)) {
      Bond least = *at == '#' ? BOND_NONE : *at == '$' ? BOND_ATOM : BOND_FACTOR;
      typeset_put(ts, call->child[*++at - '0'], least);
    } else {
      text_append(ts->out, at, 1);
    }
  }
}

static void put_solve(Typesetter *ts, const Node *call) {
  const Node solve = {.kind = NODE_BINARY, .op = OP_SOLVE, .count = 2, .child = call->child + 1};
  typeset_put(ts, &solve, BOND_NONE);
}

void typeset_symbol(Typesetter *ts, const Symbol *symbol) {
  bool own = typeset_owns(ts, symbol);
  bool builtin = !own && typeset_meaning(ts, symbol) == TYPESET_BUILTIN;
  const struct Sign *sign = builtin || (!own && !ts->scope) ? sign_of(symbol->key) : NULL;
  if (sign) {
    string(ts, sign->latex);
  } else if (builtin && typeset_name_is_word(symbol->key)) {
    string(ts, "\\operatorname{");
    typeset_text(symbol->key, strlen(symbol->key), ts->out);
    string(ts, "}");
  } else {
    typeset_name(symbol->key, ts->out);
  }
}

static void put_arguments(Typesetter *ts, const Node *call) {
  size_t at = ts->out->length;
  typeset_list(ts, call, 1, call->count);
  typeset_fence(ts, at, "(", ")");
}

void typeset_call(Typesetter *ts, const Node *call) {
  const struct Big *big = big_of(ts, call);
  const Form *form = form_of(ts, call);
  if (is_mean(ts, call)) put_mean(ts, call);
  else if (big) put_big(ts, call, big);
  else if (is_integral(ts, call)) put_integral(ts, call);
  else if (is_limit(ts, call)) put_limit(ts, call);
  else if (form && !form->form) put_solve(ts, call);
  else if (form) put_form(ts, call, form->form);
  else {
    typeset_put(ts, call->child[0], BOND_RAISED);
    put_arguments(ts, call);
  }
}

bool typeset_raised_call(Typesetter *ts, const Node *call, const Node *exponent) {
  const struct Sign *sign = sign_of(builtin_called(ts, call));
  bool whole = exponent->kind == NODE_NUMBER && exponent->number > 1 &&
               exponent->number == floor(exponent->number);
  if (!sign || !sign->raised || !whole || !plain_arguments(call)) return false;
  string(ts, sign->latex);
  string(ts, "^{");
  typeset_put(ts, exponent, BOND_NONE);
  string(ts, "}");
  put_arguments(ts, call);
  return true;
}
