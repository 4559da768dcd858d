@NullMarked
package io.botfsm.integration.monitoring;

import org.jspecify.annotations.NullMarked;
