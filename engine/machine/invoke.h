/* invoke.h - entering functions: frames, arguments matched to parameters, calls from C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_INVOKE_H
#define MML_INVOKE_H

#include "machine/session.h"
#include "machine/vm.h"

/* Pushes a frame whose windows begin at the given bases, arguments in place. Fails when the recursion is
 * too deep; [at] is then the caller's instruction to blame. */
void frame_enter(Session *session, const Code *code, uint32_t number_base, uint32_t value_base,
                 Function *function, uint16_t target, Type target_type, bool boundary, const Instruction *at);

/* Calls window[0] with the arguments behind it. True when a frame was entered (the loop goes on there);
 * otherwise the result is already in the caller's register [target] and the window is empty. */
bool invoke(Session *session, Value *window, const CallSite *site, uint16_t target);

/* Puts [given] values (positional, then named) at the parameters of a closure; NOTHING where a default will
 * do. Fails, naming what is wrong with their number or names. */
void invoke_match(Session *session, const Function *function, const Value *given, const CallSite *site, Value *by_parameter);
/* Fails: what is called is no function. */
_Noreturn void invoke_fail_callee(Session *session, Value callee);

/* f' of a function value. */
Value function_derivative(Session *session, Value function);

/* The instruction loop, until [stop] frames are left. */
void vm_run(Session *session, uint32_t stop);

#endif
