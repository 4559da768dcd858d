@NullMarked
package io.botfsm.cli;

import org.jspecify.annotations.NullMarked;
