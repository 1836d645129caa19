/* test_lexer.c - text to tokens: longest match, numbers, names, strings with holes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "memory.h"
#include "syntax/lexer.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *const kind_name[TOKEN_KIND_COUNT] = {
#define KIND_NAME(name, found) #name,
    TOKEN_KINDS(KIND_NAME)
#undef KIND_NAME
};

/* The kinds of all tokens with the text of each, as "NAME:x OPERATOR:+". */
static void list(const char *text, size_t length, Text *out) {
  Source *source = source_new("", text, length);
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run(source, &tokens, &problem);
  text_string(out, "");
  for (uint32_t i = 0; i < tokens.count; i++) {
    const Token *token = &tokens.token[i];
    if (token->kind == TOKEN_END) continue;
    text_format(out, "%s%s", out->length ? " " : "", kind_name[token->kind]);
    if (token->kind != TOKEN_NEWLINE && token->kind != TOKEN_ERROR)
      text_format(out, ":%.*s", (int)(token->span.end - token->span.start),
                  text + token->span.start);
  }
  report_clear(&problem);
  lexer_free(&tokens);
  source_release(source);
}

Test(lexer, the_longest_match_wins) {
  static const char *const rows[][2] = {
      {"a.*b", "NAME:a OPERATOR:.* NAME:b"},
      {"2./x", "NUMBER:2 OPERATOR:./ NAME:x"},
      {"2.^x", "NUMBER:2 OPERATOR:.^ NAME:x"},
      {"2.>=x", "NUMBER:2 OPERATOR:.>= NAME:x"},
      {"n!=3", "NAME:n OPERATOR:!= NUMBER:3"},
      {"n! = 3", "NAME:n BANG:! ASSIGN:= NUMBER:3"},
      {"x < -3", "NAME:x OPERATOR:< OPERATOR:- NUMBER:3"},
      {"x<-3", "NAME:x FOREIGN:<- NUMBER:3"},
      {"x->y", "NAME:x ARROW:-> NAME:y"},
      {"a|>f", "NAME:a PIPE:|> NAME:f"},
      {"y ~ . + z", "NAME:y TILDE:~ DOT:. OPERATOR:+ NAME:z"},
      {"y ~ .+ z", "NAME:y TILDE:~ OPERATOR:.+ NAME:z"},
      {"f.(x)", "NAME:f DOT:. LEFT_PAREN:( NAME:x RIGHT_PAREN:)"},
      {"r.end.in", "NAME:r DOT:. STOP:end DOT:. OPERATOR:in"},
      {"x += 1 -= 2", "NAME:x UPDATE:+= NUMBER:1 UPDATE:-= NUMBER:2"},
      {"a≤b≠c∈d", "NAME:a OPERATOR:≤ NAME:b OPERATOR:≠ NAME:c OPERATOR:∈ NAME:d"},
      {"A⁻¹ Aᵀ x² x⁻²",
       "NAME:A INVERSE:⁻¹ NAME:A TRANSPOSE:ᵀ NAME:x SUPERSCRIPT:² NAME:x SUPERSCRIPT:⁻²"},
      {"∇²f √x ‖v‖", "NABLA:∇ SUPERSCRIPT:² NAME:f ROOT:√ NAME:x BAR:‖ NAME:v BAR:‖"},
      {"f′", "NAME:f PRIME:′"},
      {"x₁ θ_hat ∞ ℝ²", "NAME:x₁ NAME:θ_hat NAME:∞ NAME:ℝ SUPERSCRIPT:²"},
      {"a # b\nc", "NAME:a NEWLINE NAME:c"},
      {"a\r\n\tb", "NAME:a NEWLINE NAME:b"},
      {"a\u00a0b", "NAME:a NAME:b"},
      {"if otherwise lambda", "IF:if OTHERWISE:otherwise NAME:lambda"},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    Text out = {0};
    list(rows[row][0], strlen(rows[row][0]), &out);
    cr_expect_str_eq(out.bytes, rows[row][1], "%s: %s", rows[row][0], out.bytes);
    text_free(&out);
  }
}

Test(lexer, numbers_have_their_value) {
  static const struct {
    const char *text;
    double value;
  } rows[] = {
      {"3.2", 3.2},       {"003.2", 3.2}, {"300e+2", 30000},
      {"300E-2", 3},      {".5", 0.5},    {".0", 0},
      {"1_000", 1000},    {"1e01", 10},   {"1_1.1_1", 11.11},
      {"2e0_1", 20},      {"0x1f", 31},   {"0xAB_CD", 43981},
      {"0o17", 15},       {"0b101", 5},   {"2.", 2},
      {"5e-324", 5e-324}, {"1e23", 1e23}, {"30deg", 0.52359877559829887},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    Source *source = source_new("", rows[row].text, strlen(rows[row].text));
    TokenList tokens = {0};
    Report problem = {0};
    lexer_run(source, &tokens, &problem);
    cr_assert_eq(tokens.count, 2, "%s", rows[row].text);
    cr_expect_eq(tokens.token[0].kind, TOKEN_NUMBER);
    cr_expect(fabs(tokens.token[0].number - rows[row].value) <= 1e-15 * rows[row].value, "%s",
              rows[row].text);
    lexer_free(&tokens);
    source_release(source);
  }
}

Test(lexer, suffixes_stand_alone) {
  static const char *const rows[][2] = {
      {"2i", "IMAGINARY:2i"},
      {"2ix", "NUMBER:2 NAME:ix"},
      {"2deg", "NUMBER:2deg"},
      {"2degx", "NUMBER:2 NAME:degx"},
      {"2e", "NUMBER:2 NAME:e"},
      {"2ex", "NUMBER:2 NAME:ex"},
      {"2e5x", "NUMBER:2e5 NAME:x"},
      {"2i^2", "IMAGINARY:2i OPERATOR:^ NUMBER:2"},
      {"1:.5:2", "NUMBER:1 COLON:: NUMBER:.5 COLON:: NUMBER:2"},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    Text out = {0};
    list(rows[row][0], strlen(rows[row][0]), &out);
    cr_expect_str_eq(out.bytes, rows[row][1], "%s: %s", rows[row][0], out.bytes);
    text_free(&out);
  }
}

Test(lexer, strings_are_cut_into_text_and_holes) {
  static const char *const rows[][2] = {
      {"\"\"", "LEFT_QUOTE:\" RIGHT_QUOTE:\""},
      {"\"a\\\"b\"", "LEFT_QUOTE:\" TEXT:a\\\"b RIGHT_QUOTE:\""},
      {"\"a{x}b\"", "LEFT_QUOTE:\" TEXT:a LEFT_HOLE:{ NAME:x RIGHT_HOLE:} TEXT:b RIGHT_QUOTE:\""},
      {"\"{x:.3f}\"", "LEFT_QUOTE:\" LEFT_HOLE:{ NAME:x FORMAT:.3f RIGHT_HOLE:} RIGHT_QUOTE:\""},
      {"\"{v[1:2]}\"",
       "LEFT_QUOTE:\" LEFT_HOLE:{ NAME:v LEFT_BRACKET:[ NUMBER:1 COLON:: NUMBER:2 RIGHT_BRACKET:] "
       "RIGHT_HOLE:} RIGHT_QUOTE:\""},
      {"\"{\"{a}\"}\"",
       "LEFT_QUOTE:\" LEFT_HOLE:{ LEFT_QUOTE:\" LEFT_HOLE:{ NAME:a RIGHT_HOLE:} RIGHT_QUOTE:\" "
       "RIGHT_HOLE:} RIGHT_QUOTE:\""},
      {"\"a # b\"", "LEFT_QUOTE:\" TEXT:a # b RIGHT_QUOTE:\""},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    Text out = {0};
    list(rows[row][0], strlen(rows[row][0]), &out);
    cr_expect_str_eq(out.bytes, rows[row][1], "%s: %s", rows[row][0], out.bytes);
    text_free(&out);
  }
}

Test(lexer, what_is_no_token_ends_the_list_with_a_report) {
  static const char *const rows[][2] = {
      {"0b", "0b starts a number in base 2 and takes only its digits"},
      {"0b2", "0b starts a number in base 2 and takes only its digits"},
      {"0o9", "0o starts a number in base 8 and takes only its digits"},
      {"0x", "0x starts a number in base 16 and takes only its digits"},
      {"3.2e2.2", "this number has a second point"},
      {"1_", "_ stands only between two digits of a number"},
      {"1__0", "_ stands only between two digits of a number"},
      {"2.x", "a number with a point needs a digit after it"},
      {"1e999", "this number is larger than 1.79769e+308, the largest one"},
      {"1e-999", "this number is smaller than 4.94066e-324, the smallest one above 0"},
      {"2if", "the word if is glued to a number"},
      {"xⁿ", "a superscript is a number, or ᵀ or ⁻¹"},
      {"\"ab", "this string is not closed on its line"},
      {"\"ab\nc\"", "this string is not closed on its line"},
      {"\"{a\n}\"", "this string is not closed on its line"},
      {"\"\\q\"", "\\q is not an escape of a string"},
      {"\"}\"", "} alone in a string"},
      {"\"{x:abc}\"", "this is not a number format; a range in a string needs ( )"},
      {"a\xff", "the byte 0xFF is not UTF-8 text"},
      {"\x01", "a control character (U+0001) stands here"},
      {"“a”", "the character “ (U+201C) means nothing here"},
      {"a $ b", "the character $ (U+0024) means nothing here"},
  };
  for (size_t row = 0; row < COUNT(rows); row++) {
    Source *source = source_new("", rows[row][0], strlen(rows[row][0]));
    TokenList tokens = {0};
    Report problem = {0};
    lexer_run(source, &tokens, &problem);
    cr_expect_eq(tokens.token[tokens.count - 1].kind, TOKEN_ERROR, "%s", rows[row][0]);
    cr_expect_str_eq(problem.message, rows[row][1], "%s: %s", rows[row][0], problem.message);
    report_clear(&problem);
    lexer_free(&tokens);
    source_release(source);
  }
}

Test(lexer, a_nul_byte_is_an_error_and_no_end) {
  Text out = {0};
  list("a\0b", 3, &out);
  cr_expect_str_eq(out.bytes, "NAME:a ERROR");
  text_free(&out);
}

Test(lexer, brackets_know_their_partner) {
  Source *source = source_new("", "f(a[1], (b]) \"{x}\"", 18);
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run(source, &tokens, &problem);
  /* f ( a [ 1 ] , ( b ] ) " { x } " */
  static const uint32_t match[] = {0, 0, 0, 5, 0, 0, 0, 10, 0, 0, 0, 15, 14, 0, 0, 0};
  cr_assert_eq(tokens.count, COUNT(match) + 1);
  for (size_t i = 0; i < COUNT(match); i++)
    cr_expect_eq(tokens.token[i].match, match[i], "token %zu: %u", i, tokens.token[i].match);
  lexer_free(&tokens);
  source_release(source);
}

Test(lexer, tokens_know_the_space_before_them) {
  Source *source = source_new("", "a b(c\n)d #x\ne", 13);
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run(source, &tokens, &problem);
  static const bool space[] = {true, true, false, false, false, true, false, true, true};
  cr_assert_eq(tokens.count, COUNT(space) + 1);
  for (size_t i = 0; i < COUNT(space); i++)
    cr_expect_eq(tokens.token[i].space, space[i], "token %zu", i);
  lexer_free(&tokens);
  source_release(source);
}
