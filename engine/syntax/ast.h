/* ast.h - the tree a source is parsed into. Every node has its span.
 *
 * A node is a kind, a few scalars and children. Optional children are NULL, never missing, so child
 * numbers are fixed; the comment of each kind says what they are. Nodes live in their Tree's arena and
 * are read-only after parsing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_AST_H
#define MML_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"
#include "syntax/source.h"
#include "syntax/symbol.h"

/*        kind            children and fields */
#define NODE_KINDS(X)                                                                              \
  /* expressions */                                                                                \
  X(NUMBER)        /* .number (30deg is already in radians); .text .length: as typed, or empty */  \
  X(IMAGINARY)     /* .number: the 2 of 2i; .text .length as in NUMBER */                          \
  X(BOOLEAN)       /* .number 0 or 1 */                                                            \
  X(STRING)        /* children: TEXT and FORMAT nodes in order */                                  \
  X(TEXT)          /* .text .length: unescaped bytes */                                            \
  X(FORMAT)        /* 0 expression; .text .length: the format after ':' or empty */                \
  X(NAME)          /* .symbol */                                                                   \
  X(END)           /* `end` inside an index */                                                     \
  X(COLON)         /* `:` as an index */                                                           \
  X(DOT)           /* `.` as a term of a formula */                                                \
  X(TUPLE)         /* elements, possibly none */                                                   \
  X(ARRAY)         /* ROW nodes */                                                                 \
  X(ROW)           /* elements */                                                                  \
  X(COMPREHENSION) /* 0 body, 1 GENERATOR: [body for …] */                                         \
  X(GENERATED)     /* 0 body, 1 GENERATOR: an argument  body for … */                              \
  X(GENERATOR)     /* BIND nodes…, last child: filter or NULL */                                   \
  X(BIND)          /* NAME nodes…, last child: what is gone over. Also the head of FOR */          \
  X(PIECEWISE)     /* ARM nodes */                                                                 \
  X(ARM)           /* 0 value, 1 condition or NULL for otherwise */                                \
  X(IF)            /* 0 condition, 1 then, 2 else: the expression form (elseif nests in 2) */      \
  X(LAMBDA)        /* PARAMETER nodes…, last child: body expression or DO */                       \
  X(PARAMETER)     /* .symbol, 0 SET or NULL, 1 default or NULL */                                 \
  X(SET)           /* R: no child; R^3, R^n: 1; R^(n,3): 2. Children NUMBER, NAME or expression */ \
  X(CALL)          /* 0 callee, then arguments: expressions, GENERATED (one at most), NAMED last */ \
  X(CALL_EACH)     /* the same for f.(a, b) */                                                     \
  X(NAMED)         /* .symbol, 0 value: an argument  name = value */                               \
  X(INDEX)         /* 0 what, then items: expressions or COLON */                                  \
  X(FIELD)         /* 0 what, .symbol */                                                           \
  X(PRIME)         /* 0 what: transpose or derivative */                                           \
  X(TRANSPOSE)     /* 0 what: superscript T */                                                     \
  X(INVERSE)       /* 0 what: superscript -1 */                                                    \
  X(FACTORIAL)     /* 0 what */                                                                    \
  X(NABLA)         /* 0 function, .number 1 or 2 */                                                \
  X(NORM)          /* 0 what: ‖x‖ */                                                               \
  X(ROOT)          /* 0 what: √x */                                                                \
  X(NEGATE)        /* 0 what */                                                                    \
  X(PLUS)          /* 0 what: unary + */                                                           \
  X(NOT)           /* 0 what */                                                                    \
  X(BINARY)        /* 0 left, 1 right, .op one of OP_ADD … OP_DOT_SOLVE. x² is BINARY OP_POWER with a NUMBER */ \
  X(IMPLICIT)      /* 0 left, 1 right: product without a sign; .op = 1 when the left ends in ' ᵀ ⁻¹ \
                      and the right is parenthesised: then a call if the left is a function.       \
                      (f'(2) with a bare ( is parsed so; several arguments: right is TUPLE) */     \
  X(RANGE)         /* 0 first, 1 last, 2 step or NULL */                                           \
  X(COMPARE)       /* operands a, b, c …; .operators[i] stands between i and i+1 */                \
  X(AND)           /* 0, 1 */                                                                      \
  X(OR)            /* 0, 1 */                                                                      \
  X(PIPE)          /* 0 value, 1 function */                                                       \
  X(TILDE)         /* 0 response, 1 terms: a formula */                                            \
  X(CLAUSE)        /* .symbol argmin argmax minimize maximize fit; 0 objective, 1 VARIABLES,       \
                      2 STARTS or NULL, 3 CONSTRAINTS or NULL, 4 USING or NULL */                  \
  X(VARIABLES)     /* VARIABLE nodes */                                                            \
  X(VARIABLE)      /* .symbol, 0 SET, RANGE or NULL */                                             \
  X(STARTS)        /* expressions */                                                               \
  X(CONSTRAINTS)   /* expressions, GENERATED allowed */                                            \
  X(USING)         /* .symbol, arguments as in CALL */                                             \
  X(DO)            /* 0 BLOCK: do … end as a body */                                               \
  /* statements; .quiet: a `;` hides the echo */                                                   \
  X(BLOCK)         /* statements */                                                                \
  X(DEFINE)        /* .symbol, PARAMETER nodes…, last child: body. .text .length: the comment      \
                      block directly above, or empty */                                            \
  X(ASSIGN)        /* 0 TARGETS, then one value, or as many values as targets */                   \
  X(TARGETS)       /* targets: NAME, INDEX or FIELD chains down to a NAME */                       \
  X(UPDATE)        /* 0 target, 1 value, .op: += -= *= /= ^= */                                    \
  X(FOR)           /* 0 BIND, 1 BLOCK */                                                           \
  X(WHILE)         /* 0 condition, 1 BLOCK */                                                      \
  X(IF_BLOCK)      /* 0 condition, 1 BLOCK, 2 BLOCK, IF_BLOCK (elseif) or NULL */                  \
  X(RETURN)        /* 0 value or NULL */                                                           \
  X(CLEAR)         /* .symbol: forget the name */                                                  \
  X(BREAK)                                                                                         \
  X(CONTINUE)

typedef enum NodeKind {
#define NODE_ENUM(name) NODE_##name,
  NODE_KINDS(NODE_ENUM)
#undef NODE_ENUM
  NODE_KIND_COUNT
} NodeKind;

/* Infix operators: enum name, spelling. Which of them a BINARY, COMPARE or UPDATE node carries. */
#define OPERATORS(X)                                                                               \
  X(ADD, "+") X(SUBTRACT, "-") X(MULTIPLY, "*") X(DIVIDE, "/") X(SOLVE, "\\") X(POWER, "^")        \
  X(DOT_ADD, ".+") X(DOT_SUBTRACT, ".-") X(DOT_MULTIPLY, ".*") X(DOT_DIVIDE, "./")                 \
  X(DOT_SOLVE, ".\\") X(DOT_POWER, ".^")                                                           \
  X(EQUAL, "==") X(UNEQUAL, "!=") X(LESS, "<") X(LESS_EQUAL, "<=") X(GREATER, ">")                 \
  X(GREATER_EQUAL, ">=") X(NEAR, "≈") X(IN, "in")                                                  \
  X(DOT_EQUAL, ".==") X(DOT_UNEQUAL, ".!=") X(DOT_LESS, ".<") X(DOT_LESS_EQUAL, ".<=")             \
  X(DOT_GREATER, ".>") X(DOT_GREATER_EQUAL, ".>=")

typedef enum Operator {
#define OPERATOR_ENUM(name, spelling) OP_##name,
  OPERATORS(OPERATOR_ENUM)
#undef OPERATOR_ENUM
  OPERATOR_COUNT
} Operator;

extern const char *const operator_spelling[OPERATOR_COUNT];
extern const char *const node_kind_name[NODE_KIND_COUNT];

typedef struct Node Node;
struct Node {
  NodeKind kind;
  Span span;         /* the whole construct */
  uint8_t op;        /* Operator, or the flag a kind's comment names */
  bool quiet;        /* statement ended with ; */
  bool grouped;      /* stood in its own parentheses */
  uint32_t count;    /* children */
  uint32_t height;   /* nodes on the longest way down, at most PARSE_HEIGHT in a parsed tree */
  Node **child;
  double number;
  const Symbol *symbol;
  const char *text;
  size_t length;
  const uint8_t *operators; /* COMPARE: Operator each */
};

/* A parsed source: the arena its nodes live in and the text they point into. Counted. */
typedef struct Tree {
  Arena arena;
  Source *source;
  Node *program; /* BLOCK */
  uint32_t references;
} Tree;

Tree *tree_new(Source *source); /* keeps the source */
Tree *tree_keep(Tree *tree);
void tree_release(Tree *tree);
Node *node_new(Tree *tree, NodeKind kind, Span span, uint32_t count);
/* Is the name read anywhere in the tree? NULL is no tree. */
bool node_uses(const Node *node, const Symbol *name);

/* An s-expression of the tree, for tests: (BINARY + (NUMBER 1) (NAME x)). */
void ast_dump(const Node *node, Text *out);

#endif
