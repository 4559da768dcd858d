@NullMarked
package io.botfsm.micrometer;

import org.jspecify.annotations.NullMarked;
