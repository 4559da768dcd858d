@NullMarked
package io.botfsm.integration.migration;

import org.jspecify.annotations.NullMarked;
