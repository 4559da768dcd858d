/** Event isolation between processes that share a real Redis. */
@NullMarked
package io.botfsm.integration.isolation;

import org.jspecify.annotations.NullMarked;
