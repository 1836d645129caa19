/* main.c - the command line: options, what to run, the exit status.
 *
 * Status: 0; 1 for an error in a script, -e or stdin; 2 for a wrong command line; 130 interrupted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"
#include "mml.h"
#include "shell.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_OK = 0, STATUS_ERROR = 1, STATUS_USAGE = 2, STATUS_INTERRUPTED = 130 };

/* Long options without a letter. */
enum { OPTION_ECHO = 256, OPTION_CHECK, OPTION_FORMAT, OPTION_SEED, OPTION_SESSION,
       OPTION_REFERENCE, OPTION_VOCABULARY };

typedef struct Option {
  const char *name; /* long name, NULL for a letter alone */
  int letter;
  const char *argument; /* NULL if it takes none */
  const char *help;     /* NULL if --help does not show it */
} Option;

static const Option options[] = {
    {NULL, 'e', "EXPR", "run EXPR; may be given several times"},
    {NULL, 'i', NULL, "stay at the prompt afterwards"},
    {"quiet", 'q', NULL, "no greeting"},
    {"echo", OPTION_ECHO, NULL, "show definitions too, as the prompt does"},
    {"check", OPTION_CHECK, NULL, "look for mistakes and run nothing"},
    {"format", OPTION_FORMAT, NULL, "print the text in canonical layout, run nothing"},
    {"seed", OPTION_SEED, "N", "start the random numbers at N"},
    {"session", OPTION_SESSION, NULL, "read stdin, write what the prompt would show"},
    {"reference", OPTION_REFERENCE, NULL, NULL},
    {"vocabulary", OPTION_VOCABULARY, NULL, NULL},
    {"help", 'h', NULL, "this text"},
    {"version", 'V', NULL, "the version"},
};
enum { OPTION_COUNT = sizeof options / sizeof *options };

typedef struct Arguments {
  const char **expression; /* of each -e, in order */
  size_t expression_count;
  const char *script; /* a path, "-" for stdin, NULL for none */
  char **rest;        /* the script's own arguments */
  int rest_count;
  bool interactive, quiet, echo, check, format, session, reference, vocabulary, seeded;
  uint64_t seed;
} Arguments;

static void main_version(void) { printf("mml " MML_VERSION "\n"); }

static void main_help(void) {
  printf(
      "usage: mml [OPTION]… [SCRIPT|-] [ARGUMENT]…\n"
      "An interactive maths shell. Without SCRIPT: a prompt, or stdin if that is no terminal.\n\n");
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const Option *option = &options[i];
    if (!option->help) continue;
    char names[32] = "";
    size_t used = 0;
    if (option->letter < 256) used += (size_t)snprintf(names, sizeof names, "-%c", option->letter);
    if (option->name)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s--%s", used ? ", " : "    ",
                               option->name);
    if (option->argument) snprintf(names + used, sizeof names - used, " %s", option->argument);
    printf("  %-16s %s\n", names, option->help);
  }
  printf("\nA SCRIPT finds its arguments in the tuple args.\n"
         "Exit status: 0; 1 after an error; 2 for a wrong command line; 130 when interrupted.\n");
}

static int main_usage(const char *message, const char *what) {
  if (message) fprintf(stderr, message, what);
  fprintf(stderr, "usage: mml [OPTION]… [SCRIPT|-] [ARGUMENT]…   (mml --help lists the options)\n");
  return STATUS_USAGE;
}

/* Options as getopt_long wants them. "+": what follows the script is the script's. */
static void main_getopt_tables(char letters[3 * OPTION_COUNT + 2],
                               struct option rows[OPTION_COUNT + 1]) {
  char *letter = letters;
  struct option *row = rows;
  *letter++ = '+';
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const Option *option = &options[i];
    int takes = option->argument ? required_argument : no_argument;
    if (option->name) *row++ = (struct option){option->name, takes, NULL, option->letter};
    if (option->letter >= 256) continue;
    *letter++ = (char)option->letter;
    if (option->argument) *letter++ = ':';
  }
  *letter = 0;
  *row = (struct option){NULL, 0, NULL, 0};
}

static bool main_parse_seed(const char *text, uint64_t *seed) {
  char *end;
  errno = 0;
  *seed = strtoull(text, &end, 10);
  return errno == 0 && end != text && *end == 0 && text[0] != '-';
}

/* Reads the command line. Returns -1 to go on, or the status to exit with. */
static int main_parse(int argc, char **argv, Arguments *arguments) {
  char letters[3 * OPTION_COUNT + 2];
  struct option rows[OPTION_COUNT + 1];
  main_getopt_tables(letters, rows);
  int letter;
  while ((letter = getopt_long(argc, argv, letters, rows, NULL)) != -1) {
    switch (letter) {
    case 'e': arguments->expression[arguments->expression_count++] = optarg; break;
    case 'i': arguments->interactive = true; break;
    case 'q': arguments->quiet = true; break;
    case OPTION_ECHO: arguments->echo = true; break;
    case OPTION_CHECK: arguments->check = true; break;
    case OPTION_FORMAT: arguments->format = true; break;
    case OPTION_SESSION: arguments->session = true; break;
    case OPTION_REFERENCE: arguments->reference = true; break;
    case OPTION_VOCABULARY: arguments->vocabulary = true; break;
    case OPTION_SEED:
      arguments->seeded = main_parse_seed(optarg, &arguments->seed);
      if (!arguments->seeded)
        return main_usage("mml: --seed needs a whole number from 0, got %s\n", optarg);
      break;
    case 'h': main_help(); return STATUS_OK;
    case 'V': main_version(); return STATUS_OK;
    default: return main_usage(NULL, NULL);
    }
  }
  if (optind < argc) arguments->script = argv[optind++];
  arguments->rest = argv + optind;
  arguments->rest_count = argc - optind;
  return -1;
}

static int main_status(MmlStatus status) {
  switch (status) {
  case MML_OK: return STATUS_OK;
  case MML_INTERRUPTED: return STATUS_INTERRUPTED;
  case MML_INCOMPLETE:
  case MML_ERROR: break;
  }
  return STATUS_ERROR;
}

/* Runs a text, prints it with --format, or with --check only looks for its mistakes. */
static int main_run_text(Shell *shell, const Arguments *arguments, const char *name,
                         const char *text, size_t length) {
  assert(*name); /* never a prompt entry */
  if (arguments->format) return main_status(mml_format(shell->mml, name, text, length));
  if (arguments->check) return main_status(mml_check(shell->mml, name, text, length));
  MmlEcho echo = arguments->echo ? MML_ECHO_ALL : MML_ECHO_EXPRESSIONS;
  return main_status(shell_eval(shell, name, text, length, echo));
}

static int main_run_stdin(Shell *shell, const Arguments *arguments) {
  size_t length = 0;
  char *text = host_read_stream(stdin, &length);
  if (!text && errno == EINTR) return STATUS_INTERRUPTED;
  if (!text) {
    fprintf(stderr, "mml: cannot read stdin: %s\n", strerror(errno));
    return STATUS_ERROR;
  }
  int status = main_run_text(shell, arguments, "stdin", text, length);
  free(text);
  return status;
}

static int main_run_script(Shell *shell, const Arguments *arguments) {
  if (strcmp(arguments->script, "-") == 0) return main_run_stdin(shell, arguments);
  char reason[128];
  size_t length = 0;
  char *text = host_read_file(NULL, arguments->script, &length, reason);
  if (!text) {
    fprintf(stderr, "mml: cannot read %s: %s\n", arguments->script, reason);
    return STATUS_ERROR;
  }
  int status = main_run_text(shell, arguments, arguments->script, text, length);
  free(text);
  return status;
}

/* A string literal of the language. */
static void main_quote(FILE *out, const char *text) {
  fputc('"', out);
  for (; *text; text++) {
    if (strchr("\\\"{}", *text)) fputc('\\', out);
    if (*text == '\n') fputs("\\n", out);
    else if (*text == '\t') fputs("\\t", out);
    else fputc(*text, out);
  }
  fputc('"', out);
}

/* Binds the tuple args. There is no way to write a tuple of one, so a longer one is cut. */
static bool main_bind_rest(Mml *mml, char **rest, int count) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) return false;
  fputs("args = (", out);
  for (int i = 0; i < count; i++) {
    if (i > 0) fputs(", ", out);
    main_quote(out, rest[i]);
  }
  fputs(count == 1 ? ", \"\")[1:1]" : ")", out);
  fclose(out);
  bool bound = mml_eval(mml, "arguments", text, length, MML_ECHO_NONE) == MML_OK;
  free(text);
  return bound;
}

static void main_greet(void) { printf("mml " MML_VERSION " · :help shows how, Ctrl-D quits\n"); }

/* Does what the command line asks, in order: -e, the script, then stdin or the prompt. */
static int main_run(Shell *shell, const Arguments *arguments) {
  int status = STATUS_OK;
  for (size_t i = 0; i < arguments->expression_count && status == STATUS_OK; i++) {
    const char *text = arguments->expression[i];
    status = main_run_text(shell, arguments, "-e", text, strlen(text));
  }
  if (status == STATUS_OK && arguments->script) {
    if (!main_bind_rest(shell->mml, arguments->rest, arguments->rest_count)) return STATUS_ERROR;
    status = main_run_script(shell, arguments);
  }
  bool nothing_given = !arguments->script && arguments->expression_count == 0;
  bool prompt = arguments->interactive || arguments->session ||
                (nothing_given && shell->host->terminal && !arguments->check && !arguments->format);
  if (nothing_given && !prompt) return main_run_stdin(shell, arguments);
  if (!prompt) return status;
  if (shell->host->terminal && !arguments->quiet) main_greet();
  shell_run(shell);
  return STATUS_OK;
}

static int main_session(const Arguments *arguments) {
  Host host = host_start(arguments->session);
  MmlHost callbacks = host_callbacks(&host);
  Mml *mml = mml_new(&callbacks);
  if (!mml) {
    fprintf(stderr, "mml: out of memory\n");
    return STATUS_ERROR;
  }
  if (arguments->seeded) mml_seed(mml, arguments->seed);
  int status = STATUS_OK;
  if (arguments->reference) {
    mml_reference(mml);
  } else if (arguments->vocabulary) {
    mml_vocabulary(mml);
  } else {
    Shell shell = {.mml = mml, .host = &host, .transcript = arguments->session};
    status = main_run(&shell, arguments);
    shell_free(&shell);
  }
  mml_free(mml);
  return status;
}

int main(int argc, char **argv) {
  setlocale(LC_CTYPE, "");  /* for Readline; numbers keep their point */
  signal(SIGPIPE, SIG_DFL); /* `mml … | head` ends quietly, whatever the parent ignored */
  shell_catch_interrupts();
  Arguments arguments = {.expression = calloc((size_t)argc, sizeof *arguments.expression)};
  if (!arguments.expression) return STATUS_ERROR;
  int status = main_parse(argc, argv, &arguments);
  if (status < 0) status = main_session(&arguments);
  free(arguments.expression);
  if (fflush(stdout) != 0 && status == STATUS_OK) status = STATUS_ERROR;
  return status;
}
