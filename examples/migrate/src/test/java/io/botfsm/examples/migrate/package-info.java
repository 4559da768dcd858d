@NullMarked
package io.botfsm.examples.migrate;

import org.jspecify.annotations.NullMarked;
