/** Long polling by processes that share a real Redis. */
@NullMarked
package io.botfsm.integration.polling;

import org.jspecify.annotations.NullMarked;
