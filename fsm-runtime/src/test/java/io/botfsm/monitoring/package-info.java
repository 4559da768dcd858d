@NullMarked
package io.botfsm.monitoring;

import org.jspecify.annotations.NullMarked;
