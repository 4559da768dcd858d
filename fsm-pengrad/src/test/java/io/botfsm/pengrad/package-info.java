@NullMarked
package io.botfsm.pengrad;

import org.jspecify.annotations.NullMarked;
