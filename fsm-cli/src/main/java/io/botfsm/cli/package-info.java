/** The command {@code botfsm}: parses a command line, calls the library, prints. */
@NullMarked
package io.botfsm.cli;

import org.jspecify.annotations.NullMarked;
