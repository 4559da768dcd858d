/**
 * The API for bot developers. {@link io.botfsm.Fsm} handles one update as one {@link io.botfsm.Turn}, with one read and
 * one write; {@link io.botfsm.FsmContext} is for everything outside updates. All errors are
 * {@link io.botfsm.storage.FsmException}s.
 */
@NullMarked
package io.botfsm;

import org.jspecify.annotations.NullMarked;
