/* spacing.c - the blanks between tokens.
 *
 * A token asks for one blank or none on each of its sides, by its kind or, for signs, by the node
 * it belongs to; where neither side asks, what was typed stays. So a blank that decides the meaning
 * (f(x) and f (x), 2x, the elements of [1 -2]) is never touched: there nobody asks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/spacing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/columns.h"
#include "syntax/parse.h"

typedef enum Space { SPACE_TYPED, SPACE_NONE, SPACE_ONE } Space;

/* How loosely an expression is written. */
typedef enum Style {
  STYLE_OPEN,  /* a + b */
  STYLE_BOUND, /* in a range and an index: 1:n-1, v[k+1] */
  STYLE_TIGHT  /* an element that a blank would end: [a+b c] */
} Style;

typedef struct Spacing {
  const Source *source;
  const TokenList *tokens;
  Slot *slot;
  const Node **bracket; /* INDEX and ARRAY nodes, inner ones first: they look at the result */
  uint32_t bracket_count, bracket_capacity;
} Spacing;

/* ---- tokens ---- */

uint32_t spacing_find(const TokenList *tokens, uint32_t offset) {
  uint32_t low = 0, high = tokens->count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (tokens->token[middle].span.start <= offset) low = middle;
    else high = middle;
  }
  return low;
}

uint32_t spacing_unit(const TokenList *tokens, uint32_t at) {
  return tokens->token[at].kind == TOKEN_LEFT_QUOTE ? tokens->token[at].match : at;
}

static bool separates(const Token *token) {
  return token->kind == TOKEN_NEWLINE || token->kind == TOKEN_SEMICOLON;
}

/* The last token in front of a node that is no separator. */
static uint32_t in_front(const Spacing *spacing, const Node *node) {
  uint32_t at = spacing_find(spacing->tokens, node->span.start);
  while (at > 0 && separates(&spacing->tokens->token[at - 1])) at--;
  return at ? at - 1 : 0;
}

static const Token *token_at(const Spacing *spacing, uint32_t at) {
  return &spacing->tokens->token[at];
}

static bool is_sum_sign(const Token *token) {
  return token->kind == TOKEN_OPERATOR && (token->op == OP_ADD || token->op == OP_SUBTRACT);
}

/* ---- what each kind asks for ---- */

static const struct {
  uint8_t before, after, role;
} kind_slot[TOKEN_KIND_COUNT] = {
    [TOKEN_COMMA] = {SPACE_NONE, SPACE_ONE, SLOT_PLAIN},
    [TOKEN_SEMICOLON] = {SPACE_NONE, SPACE_ONE, SLOT_PLAIN},
    [TOKEN_UPDATE] = {SPACE_ONE, SPACE_ONE, SLOT_PLAIN},
    [TOKEN_ASSIGN] = {SPACE_ONE, SPACE_ONE, SLOT_PLAIN},
    [TOKEN_ARROW] = {SPACE_ONE, SPACE_ONE, SLOT_PLAIN},
    [TOKEN_LEFT_PAREN] = {SPACE_TYPED, SPACE_NONE, SLOT_OPENS},
    [TOKEN_LEFT_BRACKET] = {SPACE_TYPED, SPACE_NONE, SLOT_OPENS},
    [TOKEN_LEFT_BRACE] = {SPACE_TYPED, SPACE_NONE, SLOT_OPENS},
    [TOKEN_RIGHT_PAREN] = {SPACE_NONE, SPACE_TYPED, SLOT_CLOSES},
    [TOKEN_RIGHT_BRACKET] = {SPACE_NONE, SPACE_TYPED, SLOT_CLOSES},
    [TOKEN_RIGHT_BRACE] = {SPACE_NONE, SPACE_TYPED, SLOT_CLOSES},
};

/* true and false are values. */
static bool stands_apart(const Token *token) {
  return token->word && token->kind != TOKEN_TRUE && token->kind != TOKEN_FALSE;
}

static void start_slots(Spacing *spacing) {
  for (uint32_t at = 0; at < spacing->tokens->count; at++) {
    const Token *token = token_at(spacing, at);
    Slot *slot = &spacing->slot[at];
    bool apart = stands_apart(token);
    slot->before = apart ? SPACE_ONE : kind_slot[token->kind].before;
    slot->after = apart ? SPACE_ONE : kind_slot[token->kind].after;
    slot->role = kind_slot[token->kind].role;
  }
}

static void ask(Spacing *spacing, uint32_t at, Space before, Space after) {
  spacing->slot[at].before = (uint8_t)before;
  spacing->slot[at].after = (uint8_t)after;
}

/* The sign in front of [right] gets the same on both sides. */
static void ask_infix(Spacing *spacing, const Node *right, Space both) {
  ask(spacing, in_front(spacing, right), both, both);
}

/* The sign in front of [operand] is tight against it. */
static void ask_prefix(Spacing *spacing, const Node *operand) {
  spacing->slot[in_front(spacing, operand)].after = SPACE_NONE;
}

/* ---- expressions ---- */

static void walk(Spacing *spacing, const Node *node, Style style);

static void walk_from(Spacing *spacing, const Node *node, uint32_t first, Style style) {
  for (uint32_t i = first; i < node->count; i++) walk(spacing, node->child[i], style);
}

/* × and ÷ are as wide as + and stand like it. */
static bool is_wide(const Spacing *spacing, const Token *sign) {
  static const char *const wide[] = {"×", "÷"};
  const char *text = spacing->source->text + sign->span.start;
  return strncmp(text, wide[0], strlen(wide[0])) == 0 ||
         strncmp(text, wide[1], strlen(wide[1])) == 0;
}

static Space space_of(const Spacing *spacing, const Token *sign, Style style) {
  Power power = (Power)operator_power[sign->op];
  if (style == STYLE_TIGHT || power == POWER_EXPONENT) return SPACE_NONE;
  if (sign->op == OP_SOLVE) return SPACE_ONE;
  if (power == POWER_PRODUCT && !is_wide(spacing, sign)) return SPACE_NONE;
  return style == STYLE_BOUND ? SPACE_NONE : SPACE_ONE;
}

/* A superscript is a power without a sign. */
static void walk_binary(Spacing *spacing, const Node *node, Style style) {
  const Token *sign = token_at(spacing, in_front(spacing, node->child[1]));
  if (sign->kind == TOKEN_OPERATOR && sign->op == node->op)
    ask_infix(spacing, node->child[1], space_of(spacing, sign, style));
  walk_from(spacing, node, 0, style);
}

/* The minus of x⁻² is a part of its token. */
static void walk_sign(Spacing *spacing, const Node *node, Style style) {
  const Token *sign = token_at(spacing, in_front(spacing, node->child[0]));
  if (is_sum_sign(sign) && sign->span.start >= node->span.start)
    ask_prefix(spacing, node->child[0]);
  walk_from(spacing, node, 0, style);
}

/* Operators looser than a range. */
static void walk_joined(Spacing *spacing, const Node *node, Style style) {
  bool tight = style == STYLE_TIGHT;
  for (uint32_t i = 1; i < node->count; i++)
    ask_infix(spacing, node->child[i], tight ? SPACE_NONE : SPACE_ONE);
  walk_from(spacing, node, 0, tight ? STYLE_TIGHT : STYLE_OPEN);
}

static void walk_range(Spacing *spacing, const Node *node, Style style) {
  for (uint32_t i = 1; i < node->count; i++)
    if (node->child[i]) ask_infix(spacing, node->child[i], SPACE_NONE);
  walk_from(spacing, node, 0, style == STYLE_TIGHT ? STYLE_TIGHT : STYLE_BOUND);
}

static void walk_norm(Spacing *spacing, const Node *node, Style style) {
  ask_prefix(spacing, node->child[0]);
  uint32_t close = spacing_find(spacing->tokens, node->child[0]->span.end - 1) + 1;
  while (token_at(spacing, close)->kind == TOKEN_NEWLINE) close++;
  assert(token_at(spacing, close)->kind == TOKEN_BAR);
  spacing->slot[close].before = SPACE_NONE;
  walk(spacing, node->child[0], style);
}

/* Point and name are tight, so they stand right behind the record. The name may be a keyword. */
static void walk_field(Spacing *spacing, const Node *node, Style style) {
  uint32_t point = spacing_find(spacing->tokens, node->child[0]->span.end);
  assert(token_at(spacing, point)->kind == TOKEN_DOT);
  ask(spacing, point, SPACE_NONE, SPACE_NONE);
  ask(spacing, point + 1, SPACE_NONE, SPACE_TYPED);
  walk(spacing, node->child[0], style);
}

/* The word end as a position, perhaps in ( ). */
static void walk_end(Spacing *spacing, const Node *node) {
  uint32_t at = spacing_find(spacing->tokens, node->span.start);
  while (token_at(spacing, at)->kind != TOKEN_STOP) at++;
  ask(spacing, at, SPACE_TYPED, SPACE_TYPED);
}

static void remember(Spacing *spacing, const Node *node) {
  memory_grow(spacing->bracket, spacing->bracket_count, spacing->bracket_capacity);
  spacing->bracket[spacing->bracket_count++] = node;
}

static void walk_index(Spacing *spacing, const Node *node, Style style) {
  walk(spacing, node->child[0], style);
  walk_from(spacing, node, 1, STYLE_BOUND);
  for (uint32_t i = 2; i < node->count; i++) ask_prefix(spacing, node->child[i]);
  remember(spacing, node);
}

/* R^3, R^(m,n) */
static void walk_set(Spacing *spacing, const Node *node) {
  uint32_t power = spacing_find(spacing->tokens, node->span.start) + 1;
  if (node->count && token_at(spacing, power)->kind == TOKEN_OPERATOR)
    ask(spacing, power, SPACE_NONE, SPACE_NONE);
  if (node->count == 2) ask_prefix(spacing, node->child[1]);
  walk_from(spacing, node, 0, STYLE_BOUND);
}

/* ---- arrays ---- */

/* The sign between two numbers that begin a lone element: [1 - 2] is refused, [1-2] is not. */
static void keep_number_sign(Spacing *spacing, const Node *row) {
  uint32_t at = spacing_find(spacing->tokens, row->span.start);
  at += is_sum_sign(token_at(spacing, at));
  if (at + 2 < spacing->tokens->count && token_at(spacing, at)->kind == TOKEN_NUMBER &&
      is_sum_sign(token_at(spacing, at + 1)) && token_at(spacing, at + 2)->kind == TOKEN_NUMBER)
    ask(spacing, at + 1, SPACE_NONE, SPACE_NONE);
}

static void walk_row(Spacing *spacing, const Node *row) {
  bool blank =
      row->count > 1 && token_at(spacing, in_front(spacing, row->child[1]))->kind != TOKEN_COMMA;
  walk_from(spacing, row, 0, blank ? STYLE_TIGHT : STYLE_OPEN);
  if (row->count == 1) keep_number_sign(spacing, row);
}

/* ARRAY, COMPREHENSION, PIECEWISE: the bracket stands in front of the first child. */
static void walk_rows(Spacing *spacing, const Node *node) {
  if (node->count) spacing->slot[in_front(spacing, node->child[0])].role = SLOT_OPENS_ROWS;
  walk_from(spacing, node, 0, STYLE_OPEN);
  if (node->kind == NODE_ARRAY) remember(spacing, node);
}

/* ---- clause forms and statements ---- */

/* s.t. is four tokens. */
static void ask_such_that(Spacing *spacing, uint32_t point) {
  assert(point >= 3);
  for (uint32_t at = point - 3; at <= point; at++) ask(spacing, at, SPACE_NONE, SPACE_NONE);
  spacing->slot[point - 3].before = SPACE_ONE;
  spacing->slot[point].after = SPACE_ONE;
}

static void walk_clause(Spacing *spacing, const Node *node) {
  for (uint32_t i = 0; i < node->count; i++) {
    if (!node->child[i]) continue;
    uint32_t word = in_front(spacing, node->child[i]);
    if (node->child[i]->kind == NODE_CONSTRAINTS) ask_such_that(spacing, word);
    else if (i) ask(spacing, word, SPACE_ONE, SPACE_ONE);
    else spacing->slot[word].after = SPACE_ONE; /* argmin and its like may follow a bracket */
  }
  walk_from(spacing, node, 0, STYLE_OPEN);
}

static void walk_block(Spacing *spacing, const Node *node) {
  for (uint32_t i = 0; i < node->count; i++) {
    Slot *slot = &spacing->slot[spacing_find(spacing->tokens, node->child[i]->span.start)];
    slot->statement = true;
    slot->follows = i > 0;
  }
  walk_from(spacing, node, 0, STYLE_OPEN);
}

/* do, for, while, if … end; an elseif is an IF_BLOCK inside another one. */
static void walk_opener(Spacing *spacing, const Node *node) {
  uint32_t word = spacing_find(spacing->tokens, node->span.start);
  bool turns = token_at(spacing, word)->kind == TOKEN_ELSEIF;
  spacing->slot[word].role = turns ? SLOT_TURNS : SLOT_OPENS;
  if (!turns) spacing->slot[spacing_find(spacing->tokens, node->span.end - 1)].role = SLOT_CLOSES;
  if (node->kind == NODE_IF_BLOCK && node->child[2] && node->child[2]->kind == NODE_BLOCK)
    spacing->slot[in_front(spacing, node->child[2])].role = SLOT_TURNS;
  walk_from(spacing, node, 0, STYLE_OPEN);
}

/* ---- any node ---- */

static void walk(Spacing *spacing, const Node *node, Style style) {
  if (!node) return;
  if (node->grouped) style = STYLE_OPEN;
  switch (node->kind) {
  case NODE_STRING: break;
  case NODE_END: walk_end(spacing, node); break;
  case NODE_BINARY: walk_binary(spacing, node, style); break;
  case NODE_NEGATE:
  case NODE_PLUS: walk_sign(spacing, node, style); break;
  case NODE_COMPARE:
  case NODE_AND:
  case NODE_OR:
  case NODE_PIPE:
  case NODE_TILDE: walk_joined(spacing, node, style); break;
  case NODE_RANGE: walk_range(spacing, node, style); break;
  case NODE_NORM: walk_norm(spacing, node, style); break;
  case NODE_ROOT:
  case NODE_NABLA:
    ask_prefix(spacing, node->child[0]);
    walk(spacing, node->child[0], style);
    break;
  case NODE_FIELD: walk_field(spacing, node, style); break;
  case NODE_IMPLICIT:
  case NODE_NOT:
  case NODE_PRIME:
  case NODE_TRANSPOSE:
  case NODE_INVERSE:
  case NODE_FACTORIAL: walk_from(spacing, node, 0, style); break;
  case NODE_CALL:
  case NODE_CALL_EACH:
    walk(spacing, node->child[0], style);
    walk_from(spacing, node, 1, STYLE_OPEN);
    break;
  case NODE_INDEX: walk_index(spacing, node, style); break;
  case NODE_SET: walk_set(spacing, node); break;
  case NODE_ARRAY:
  case NODE_COMPREHENSION:
  case NODE_PIECEWISE: walk_rows(spacing, node); break;
  case NODE_ROW: walk_row(spacing, node); break;
  case NODE_CLAUSE: walk_clause(spacing, node); break;
  case NODE_BLOCK: walk_block(spacing, node); break;
  case NODE_DO:
  case NODE_FOR:
  case NODE_WHILE:
  case NODE_IF_BLOCK: walk_opener(spacing, node); break;
  default: walk_from(spacing, node, 0, STYLE_OPEN);
  }
}

/* ---- the result ---- */

/* Whether two tokens that were typed apart would be read otherwise without the blank: 2. /x, - -x.
 */
static bool runs_together(const Spacing *spacing, const Token *left, const Token *right) {
  uint32_t length = left->span.end - left->span.start;
  Text text = {0};
  text_append(&text, spacing->source->text + left->span.start, length);
  text_append(&text, spacing->source->text + right->span.start,
              right->span.end - right->span.start);
  Source *source = source_new("", text.bytes, text.length);
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run(source, &tokens, &problem);
  bool together = tokens.token[0].span.end != length;
  lexer_free(&tokens);
  report_clear(&problem);
  source_release(source);
  text_free(&text);
  return together;
}

/* A sign that must stand apart from what is left of it does so on the right as well: 2. / x. */
static uint32_t blanks_between(Spacing *spacing, uint32_t left, uint32_t right) {
  Space after = (Space)spacing->slot[left].after, before = (Space)spacing->slot[right].before;
  bool typed = token_at(spacing, right)->space;
  if (after != SPACE_NONE && before != SPACE_NONE)
    return typed || after == SPACE_ONE || before == SPACE_ONE;
  if (!typed || !runs_together(spacing, token_at(spacing, left), token_at(spacing, right)))
    return 0;
  if (before == SPACE_NONE && spacing->slot[right].after == SPACE_NONE)
    spacing->slot[right].after = SPACE_ONE;
  return 1;
}

static bool ends_line(const Token *token) {
  return token->kind == TOKEN_NEWLINE || token->kind == TOKEN_END;
}

static void count_blanks(Spacing *spacing) {
  for (uint32_t at = 0; at + 1 < spacing->tokens->count; at++) {
    at = spacing_unit(spacing->tokens, at);
    if (!ends_line(token_at(spacing, at)) && !ends_line(token_at(spacing, at + 1)))
      spacing->slot[at + 1].blanks = blanks_between(spacing, at, at + 1);
  }
}

/* A[k+1,:] and A[:,[1, 2]], but A[v .> 0, :]: commas as loose as what they separate. */
static void loosen_index(Spacing *spacing, const Node *node) {
  uint32_t first = spacing_find(spacing->tokens, node->child[1]->span.start);
  uint32_t last = spacing_find(spacing->tokens, node->child[node->count - 1]->span.end - 1);
  bool loose = false;
  for (uint32_t at = first; at < last; at++) {
    if (token_at(spacing, at)->match > at) at = token_at(spacing, at)->match;
    loose = loose || (at < last && spacing->slot[at + 1].blanks > 0);
  }
  for (uint32_t i = 2; loose && i < node->count; i++)
    spacing->slot[spacing_find(spacing->tokens, node->child[i]->span.start)].blanks = 1;
}

Slot *spacing_of(const Tree *tree, const TokenList *tokens) {
  Spacing spacing = {.source = tree->source, .tokens = tokens};
  spacing.slot = memory_new_zeroed(tokens->count, sizeof *spacing.slot);
  start_slots(&spacing);
  walk(&spacing, tree->program, STYLE_OPEN);
  count_blanks(&spacing);
  for (uint32_t i = 0; i < spacing.bracket_count; i++) {
    const Node *node = spacing.bracket[i];
    if (node->kind == NODE_INDEX) loosen_index(&spacing, node);
    else columns_align(node, tree->source, tokens, spacing.slot);
  }
  free(spacing.bracket);
  return spacing.slot;
}
