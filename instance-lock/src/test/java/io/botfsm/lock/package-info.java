@NullMarked
package io.botfsm.lock;

import org.jspecify.annotations.NullMarked;
