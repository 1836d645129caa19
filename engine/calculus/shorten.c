/* shorten.c - sums made shorter: by multiplying out, by taking out, by sin^2 + cos^2.
 *
 * A product is multiplied out only where terms then meet and less is left to read: 2x*(x^2 + 1) - 2x^3 is
 * 2x, while x*(x^2 + 1) and -2(1 - x) + y stay. In derivatives a sum that all terms have as a factor is
 * taken out: 2x*(x + 1)^2 + 2x^2*(x + 1) is 2x*(x + 1)*(2x + 1).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "calculus/form.h"

enum {
  SHORTEN_TERMS = 24,  /* past this a sum is not searched: trying all pairs would take too long */
  SHORTEN_PRODUCT = 48, /* the most terms one product may become */
  SHORTEN_GAIN = 3     /* weight that multiplying out must save, for ( ) are read easily */
};

static bool is_plain_sum(const Factor *factor) {
  return factor->sum && factor->sum->count > 1 && !factor->exponent && rational_is(factor->power, 1);
}

/* ---- multiplying out ---- */

typedef struct Terms {
  const Product **term; /* NULL: nothing to multiply out */
  uint32_t count;
} Terms;

/* The product multiplied out, unless a power of a sum is in it. */
static Terms expanded(Algebra *algebra, const Product *product) {
  uint32_t count = 1, sums = 0;
  Factor *others = form_new(algebra, product->count * sizeof *others);
  uint32_t other_count = 0;
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    bool plain = is_plain_sum(factor);
    if (!plain) others[other_count++] = *factor;
    if (plain && factor->sum->count > SHORTEN_PRODUCT / count) return (Terms){0};
    if (plain) count *= factor->sum->count, sums++;
  }
  if (!sums) return (Terms){0};
  const Product **term = form_new(algebra, count * sizeof(const Product *));
  term[0] = product_new(algebra, product->coefficient, others, other_count);
  uint32_t done = 1;
  for (uint32_t i = 0; i < product->count; i++) {
    if (!is_plain_sum(&product->factor[i])) continue;
    const Sum *sum = product->factor[i].sum;
    for (uint32_t j = done * sum->count; j-- > 0;)
      term[j] = product_multiply(algebra, term[j / sum->count], sum->term[j % sum->count]);
    done *= sum->count;
  }
  return (Terms){term, done};
}

static uint32_t summing_weight(const SumBuilder *builder) {
  uint32_t weight = 0;
  for (uint32_t i = 0; i < builder->count; i++) weight += builder->term[i]->weight;
  return weight;
}

/* A try: terms [a] and [b] multiplied out, or all when a is the number of terms. */
static SumBuilder try_expansion(Algebra *algebra, const SumBuilder *from, const Terms *terms, uint32_t a,
                                uint32_t b, uint32_t *weight) {
  SumBuilder builder = {0};
  uint32_t before = 0, used = 0;
  for (uint32_t i = 0; i < from->count; i++) {
    bool expand = terms[i].term && (i == a || i == b || a == from->count);
    if (!expand) summing_add(algebra, &builder, from->term[i]);
    for (uint32_t j = 0; expand && j < terms[i].count; j++)
      summing_add(algebra, &builder, terms[i].term[j]);
    before += expand ? terms[i].count : 1;
    used += expand;
  }
  bool met = builder.count < before;
  *weight = met ? summing_weight(&builder) + SHORTEN_GAIN * used : UINT32_MAX;
  return builder;
}

/* Multiplies out what shortens the sum most: one term, two, or all. Returns whether anything does. */
static bool expand_best(Algebra *algebra, SumBuilder *builder) {
  Terms terms[SHORTEN_TERMS];
  uint32_t candidates = 0, best = summing_weight(builder);
  for (uint32_t i = 0; i < builder->count; i++) {
    terms[i] = expanded(algebra, builder->term[i]);
    candidates += terms[i].term != NULL;
  }
  if (!candidates) return false;
  SumBuilder old = *builder;
  for (uint32_t a = 0; a <= old.count; a++) {
    if (a < old.count && !terms[a].term) continue;
    for (uint32_t b = a; b < old.count || b == a; b++) {
      if (b < old.count && !terms[b].term) continue;
      uint32_t weight;
      SumBuilder tried = try_expansion(algebra, &old, terms, a, b, &weight);
      if (weight >= best) continue;
      best = weight;
      *builder = tried;
    }
  }
  return builder->term != old.term;
}

/* ---- sin(u)^2 + cos(u)^2 ---- */

/* The product without sin(u)^2, or cos(u)^2; *argument receives the hash of u. */
static const Product *without_square(Algebra *algebra, const Product *product, const char *name,
                                     uint64_t *argument) {
  for (uint32_t i = 0; i < product->count; i++) {
    Factor factor = product->factor[i];
    bool call = factor.atom && factor.atom->kind == ATOM_CALL &&
                symbol_is(factor.atom->node->child[0]->symbol, name) && factor.atom->count == 1;
    if (!call || factor.exponent || !rational_is_whole(factor.power) || factor.power.top < 2) continue;
    *argument = factor.atom->argument[0]->hash;
    Factor *list = form_new(algebra, product->count * sizeof *list);
    uint32_t count = 0;
    for (uint32_t j = 0; j < product->count; j++)
      if (j != i || factor.power.top > 2) list[count++] = product->factor[j];
    if (factor.power.top > 2) list[i].power = rational_whole(factor.power.top - 2);
    return product_new(algebra, product->coefficient, list, count);
  }
  return NULL;
}

static bool join_squares(Algebra *algebra, SumBuilder *builder) {
  for (uint32_t i = 0; i < builder->count; i++) {
    uint64_t u, v;
    const Product *sine = without_square(algebra, builder->term[i], "sin", &u);
    for (uint32_t j = 0; sine && j < builder->count; j++) {
      const Product *cosine = i == j ? NULL : without_square(algebra, builder->term[j], "cos", &v);
      if (!cosine || u != v || sine->hash != cosine->hash ||
          !rational_equal(sine->coefficient, cosine->coefficient))
        continue;
      summing_remove(builder, i > j ? i : j);
      summing_remove(builder, i > j ? j : i);
      summing_add(algebra, builder, sine);
      return true;
    }
  }
  return false;
}

/* ---- taking out ---- */

static int64_t common_divisor(int64_t a, int64_t b) {
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

static Rational content_of(const Product *const *term, uint32_t count) {
  int64_t top = 0, bottom = 1;
  for (uint32_t i = 0; i < count; i++) {
    Rational number = term[i]->coefficient;
    int64_t more;
    if (!number.bottom || number.decimal) return rational_whole(1);
    top = common_divisor(top, number.top);
    if (__builtin_mul_overflow(bottom, number.bottom / common_divisor(bottom, number.bottom), &more))
      return rational_whole(1);
    bottom = more;
  }
  return top ? rational_ratio(top, bottom) : rational_whole(1);
}

Rational sum_content(const Sum *sum) { return content_of(sum->term, sum->count); }

/* Lowers [power] to the power that [product] has of the same base; 0 when it has none above the line. */
static void lower_power(const Product *product, Factor *common) {
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    if (factor->base_hash != common->base_hash || factor->exponent) continue;
    bool whole = rational_is_whole(factor->power) && factor->power.top > 0;
    if (whole && factor->power.top >= common->power.top) return;
    common->power = whole ? factor->power : rational_whole(0);
    return;
  }
  common->power = rational_whole(0);
}

/* What all terms have as factors, or NULL when no sum is among it. */
static const Product *common_factors(Algebra *algebra, const SumBuilder *builder) {
  const Product *first = builder->term[0];
  Factor *list = form_new(algebra, first->count * sizeof *list);
  uint32_t count = 0;
  bool sums = false;
  for (uint32_t i = 0; i < first->count; i++) {
    Factor common = first->factor[i];
    if (common.exponent || !rational_is_whole(common.power) || common.power.top < 1) continue;
    for (uint32_t j = 1; j < builder->count; j++) lower_power(builder->term[j], &common);
    if (common.power.top < 1) continue;
    sums = sums || (common.sum && common.sum->count > 1);
    list[count++] = common;
  }
  return sums ? product_new(algebra, content_of(builder->term, builder->count), list, count) : NULL;
}

static void take_out(Algebra *algebra, SumBuilder *builder) {
  const Product *common = builder->count > 1 ? common_factors(algebra, builder) : NULL;
  if (!common) return;
  const Product *inverse = product_power(algebra, common, -1);
  SumBuilder rest = {0};
  for (uint32_t i = 0; i < builder->count; i++)
    summing_add(algebra, &rest, product_multiply(algebra, builder->term[i], inverse));
  summing_arrange(&rest, true);
  const Sum *inner = summing_finish(algebra, &rest);
  *builder = (SumBuilder){0};
  if (inner->count)
    summing_add(algebra, builder, product_multiply(algebra, common, sum_product(algebra, inner)));
}

void summing_shorten(Algebra *algebra, SumBuilder *builder) {
  algebra_descend(algebra);
  if (builder->count <= SHORTEN_TERMS) {
    while (join_squares(algebra, builder)) continue;
    while (builder->count > 1 && builder->count <= SHORTEN_TERMS && expand_best(algebra, builder)) continue;
    while (join_squares(algebra, builder)) continue;
    if (algebra->generous) take_out(algebra, builder);
  }
  algebra_ascend(algebra);
}
