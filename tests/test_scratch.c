/* test_scratch.c - memory of an evaluation: apart from each other, given back in the order opposite
 * to its making.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/session.h"
#include "shell.h"

enum { BLOCKS = 400, SMALL = 1 << 12, HEAD = 64, PAGE = 1 << 16 };

/* Around what a page gives and what is allocated by itself. */
static size_t size_of(size_t i) {
  static const size_t sizes[] = {
      0,     1,           63,   64,  65, SMALL - HEAD - 1, SMALL - HEAD, SMALL - HEAD + 1,
      SMALL, PAGE - HEAD, PAGE, 1000};
  return sizes[i * 7 % (sizeof sizes / sizeof *sizes)];
}

static void fill(unsigned char **block, size_t from, size_t to, Session *s) {
  for (size_t i = from; i < to; i++) {
    block[i] = scratch(s, size_of(i));
    cr_assert_eq((uintptr_t)block[i] % HEAD, 0, "block %zu", i);
    memset(block[i], (int)(i % 251), size_of(i));
  }
}

static void expect_whole(unsigned char **block, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < size_of(i); k++)
      if (block[i][k] != i % 251) {
        cr_expect(false, "byte %zu of block %zu", k, i);
        break;
      }
}

Test(scratch, blocks_do_not_overlap_and_survive_the_release_of_later_ones) {
  static unsigned char *block[BLOCKS];
  Shell shell;
  shell_start(&shell);
  Session *s = (Session *)shell.mml;
  Scratch *begin = scratch_mark(s);
  fill(block, 0, BLOCKS / 2, s);
  Scratch *middle = scratch_mark(s);
  for (int turn = 0; turn < 3; turn++) {
    fill(block, BLOCKS / 2, BLOCKS, s);
    expect_whole(block, BLOCKS);
    scratch_release(s, middle);
    cr_expect_eq(scratch_mark(s), middle);
  }
  fill(block, BLOCKS / 2, BLOCKS, s);
  expect_whole(block, BLOCKS);
  scratch_release(s, begin);
  cr_expect_eq(scratch_mark(s), begin);
  shell_end(&shell);
}

#ifndef __SANITIZE_ADDRESS__
/* What was given back is what is given out next: a loop of an evaluation needs no more than its
 * first turn. */
Test(scratch, released_memory_is_used_again) {
  Shell shell;
  shell_start(&shell);
  Session *s = (Session *)shell.mml;
  scratch(s, 100);
  Scratch *mark = scratch_mark(s);
  unsigned char *first = scratch(s, 100), *second = scratch(s, 100);
  cr_expect(second > first && second - first <= 256, "%td apart", second - first);
  for (int turn = 0; turn < 5; turn++) {
    scratch_release(s, mark);
    cr_expect_eq(scratch(s, 100), first);
    for (int i = 0; i < 50 * (turn + 1); i++) scratch(s, SMALL - HEAD);
  }
  scratch_release(s, mark);
  shell_end(&shell);
}
#endif

static char order[8];

static void destroy(void *object) { strncat(order, object, 1); }

Test(scratch, what_was_adopted_is_destroyed_once_the_latest_first) {
  Shell shell;
  shell_start(&shell);
  Session *s = (Session *)shell.mml;
  scratch_adopt(s, "a", destroy);
  Scratch *mark = scratch_mark(s);
  scratch(s, 10);
  scratch_adopt(s, "b", destroy);
  scratch(s, PAGE);
  scratch_adopt(s, "c", destroy);
  cr_expect_str_empty(order);
  scratch_release(s, mark);
  cr_expect_str_eq(order, "cb");
  scratch_release(s, mark);
  cr_expect_str_eq(order, "cb");
  shell_end(&shell);
  cr_expect_str_eq(order, "cba");
}
