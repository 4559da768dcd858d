/** Tests that need several processes, or several modules. */
@NullMarked
package io.botfsm.integration;

import org.jspecify.annotations.NullMarked;
