/** Timeouts of several processes on real servers. */
@NullMarked
package io.botfsm.integration.timeout;

import org.jspecify.annotations.NullMarked;
