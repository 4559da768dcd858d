/** Locks over real Redis servers, between real processes: what is promised of one active instance, and what is not. */
@NullMarked
package io.botfsm.integration.lock;

import org.jspecify.annotations.NullMarked;
