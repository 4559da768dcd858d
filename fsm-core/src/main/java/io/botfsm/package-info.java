/**
 * What a bot developer touches: {@link io.botfsm.Fsm} handles one update as one {@link io.botfsm.Turn}, one read and
 * one write; {@link io.botfsm.FsmContext} serves everything outside updates; all errors are
 * {@link io.botfsm.storage.FsmException}.
 */
@NullMarked
package io.botfsm;

import org.jspecify.annotations.NullMarked;
